import Autograd
import Configuration

/// A directed acyclic graph of named parts.
public final class Graph: Layer {
    /// A sequence of layers and the source of its input.
    public struct Part: Options {
        public var inputs: [String] = []
        public var join = Joining.concatenate
        public var layers: [AnyLayer] = []

        public static let summary = "Part of a graph: a sequence of layers and the source of its input."
        public static let fields: [Field<Self>] = [
            .init(
                "inputs", \.inputs,
                "Names of earlier parts, or \"input\" for the input of the graph; if empty, the previous part."
            ),
            .init("join", \.join, "How to merge several inputs."),
            .init("layers", \.layers, "Layers from input to output; may be empty."),
        ]

        public init() {}
        /// Creates a part. Without `inputs` it receives the output of the previous part; without `layers` it outputs the
        /// merged inputs.
        public init(_ layers: [any LayerSpec], inputs: [String] = [], join: Joining = .concatenate) {
            self.layers = layers.map { AnyLayer($0) }
            (self.inputs, self.join) = (inputs, join)
        }
    }

    /// The options: any input that fits the parts; the output is that of one part.
    public struct Spec: LayerSpec {
        public var parts = Named<Part>()
        public var output: String?

        public static let type = "graph"
        public static let summary = "Directed acyclic graph of named parts."
        public static let fields: [Field<Self>] = [
            .init(
                "parts", \.parts, "Parts by name, in the order of computation.", .required,
                .notEmpty),
            .init("output", \.output, "Name of the part that is the output; `null` uses the last part."),
        ]

        public init() {}
        /// Creates the options. The output is that of the last part unless `output` names another.
        public init(_ parts: KeyValuePairs<String, Part>, output: String? = nil) {
            self.parts = Named(parts.map { .init($0.key, $0.value) })
            self.output = output
        }

        /// The name of the input of the graph.
        static let input = "input"

        /// For each part the indices of its sources; -1 is the input of the graph, nil an unknown name.
        private var sources: [[Int?]] {
            let names = parts.entries.map(\.name)
            return parts.entries.enumerated().map { place, entry in
                entry.value.inputs.isEmpty
                    ? [place - 1]
                    : entry.value.inputs.map { $0 == Self.input ? -1 : names[..<place].firstIndex(of: $0) }
            }
        }

        private var outputPlace: Int? {
            guard let output else { return parts.entries.count - 1 }
            return parts.entries.firstIndex { $0.name == output }
        }

        public var validationIssues: [ValidationIssue] {
            let names = parts.entries.map(\.name)
            let sources = sources
            var found: [ValidationIssue] = []
            for (place, entry) in parts.entries.enumerated() {
                let path = [JSONPath.Step.key("parts"), .key(entry.name)]
                if !Self.isPlain(entry.name) || entry.name == Self.input {
                    found.append(
                        ValidationIssue(
                            at: path,
                            "the name of a part must consist of letters, digits, _ and -, and must not be \"\(Self.input)\""
                        ))
                }
                for (index, name) in entry.value.inputs.enumerated() where sources[place][index] == nil {
                    let known = [Self.input] + names[..<place]
                    let advice =
                        names.contains(name)
                        ? "comes after this part; inputs must be defined before they are used"
                        : "is not a part"
                            + (Suggestion.closest(to: name, among: known).map { "; did you mean \"\($0)\"?" }
                                ?? "")
                    found.append(
                        ValidationIssue(at: path + [.key("inputs"), .index(index)], "\"\(name)\" \(advice)"))
                }
            }
            guard let output = outputPlace else {
                let name = output ?? ""
                let meant = Suggestion.closest(to: name, among: names).map { "; did you mean \"\($0)\"?" }
                return found + [ValidationIssue("output", "there is no part \"\(name)\"\(meant ?? "")")]
            }
            if found.isEmpty {
                let used = Set(sources.joined().compactMap { $0 } + [output])
                for (place, name) in names.enumerated() where !used.contains(place) {
                    found.append(
                        ValidationIssue(
                            at: [.key("parts"), .key(name)],
                            "is unused: no part has it as an input, and it is not the output"))
                }
            }
            return found
        }

        private static func isPlain(_ name: String) -> Bool {
            !name.isEmpty
                && name.unicodeScalars.allSatisfy {
                    $0.properties.isAlphabetic || ("0"..."9").contains($0) || $0 == "_" || $0 == "-"
                }
        }

        /// Returns the input shape of a part.
        private func input(
            of place: Int, _ input: [Int], _ outputs: [[Int]]
        ) throws(LayerError) -> [Int] {
            let entry = parts.entries[place]
            var shapes: [[Int]] = []
            for source in sources[place] {
                guard let source, source < place else {
                    throw LayerError("has an input that is not an earlier part").inside(
                        "parts.\(entry.name)")
                }
                shapes.append(source < 0 ? input : outputs[source])
            }
            do { return try entry.value.join.shape(shapes) } catch {
                throw error.inside("parts.\(entry.name)")
            }
        }

        public func plan(_ input: [Int]) throws(LayerError) -> LayerPlan {
            var whole = LayerPlan(output: [], kept: 0)
            for (place, entry) in parts.entries.enumerated() {
                let shape = try self.input(of: place, input, whole.parts.map(\.plan.output))
                let plan: LayerPlan
                do {
                    plan = try entry.value.layers.items("layers").plan(from: shape)
                } catch { throw error.inside("parts.\(entry.name)") }
                whole.add(
                    LayerPlan.Part(
                        name: entry.name, type: Sequential.Spec.type, plan: plan,
                        place: "parts.\(entry.name)"))
            }
            guard let output = outputPlace, whole.parts.indices.contains(output) else {
                throw LayerError("graph has no part \"\(output ?? "")\" to output")
            }
            whole.output = whole.parts[output].plan.output
            return whole
        }

        public func make(_ input: [Int], _ generator: RandomGenerator) throws(LayerError) -> any Layer {
            let plan = try plan(input)
            var made: [Sequential] = []
            for (place, entry) in parts.entries.enumerated() {
                let shape = try self.input(of: place, input, plan.parts.map(\.plan.output))
                do {
                    let layers = try entry.value.layers.items("layers")
                        .make(from: shape, generator.split(entry.name))
                    made.append(Sequential(Sequential.Spec(entry.value.layers.map(\.value)), layers))
                } catch { throw error.inside("parts.\(entry.name)") }
            }
            return Graph(
                self, made, sources: sources.map { $0.map { $0 ?? -1 } }, output: outputPlace ?? 0)
        }
    }

    private let options: Spec
    private let parts: [Sequential]
    /// For each part the indices of its sources, -1 for the input of the graph, and how they are merged.
    package let sources: [(places: [Int], join: Joining)]
    /// The index of the part that is the output.
    package let output: Int

    public var spec: any LayerSpec { options }
    public var members: [Member] {
        zip(options.parts.entries, parts).map { .layer($0.name, $1) }
    }

    private init(_ spec: Spec, _ parts: [Sequential], sources: [[Int]], output: Int) {
        (options, self.parts, self.output) = (spec, parts, output)
        self.sources = zip(sources, spec.parts.entries).map { ($0, $1.value.join) }
    }

    public func forward(_ x: Signal, _ pass: Pass) -> Signal {
        var outputs: [Signal] = []
        for (place, part) in parts.enumerated() {
            outputs.append(pass.run(part, input(of: place, x, outputs)))
        }
        return outputs[output]
    }

    private func input(of place: Int, _ x: Signal, _ outputs: [Signal]) -> Signal {
        sources[place].join.join(sources[place].places.map { $0 < 0 ? x : outputs[$0] })
    }

    /// Fits the fitted layers of the parts; see `Layer.fitLayers`.
    func fitParts<Failure>(
        _ batches: [Signal], _ fit: (any FittedLayer, [Signal]) throws(Failure) -> Void
    ) throws(Failure) {
        var outputs = batches.map { _ in [Signal]() }
        for (place, part) in parts.enumerated() {
            guard parts[place...].contains(where: \.hasFittedLayer) else { return }
            let inputs = batches.indices.map { input(of: place, batches[$0], outputs[$0]) }
            try part.fitLayers(inputs, fit)
            withoutRecording {
                for row in batches.indices { outputs[row].append(part.forward(inputs[row], .inference)) }
            }
        }
    }
}
