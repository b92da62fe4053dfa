import Autograd
import Configuration

/// Cuts a sequence into windows and applies the same layers to each: the instances of multiple-instance learning. A following
/// `attention` layer weights the windows (Ilse et al. 2018).
///
/// The first window begins with the sequence. The last one reaches its end or beyond, where it is padded.
public final class Windows: Layer {
    /// The options: [time, channels] to [windows, features].
    public struct Spec: LayerSpec {
        public var size = 0
        public var hop: Int?
        public var layers: [AnyLayer] = []

        public static let type = "windows"
        public static let summary =
            "Cuts a sequence into windows and applies the same layers to each, which must output one vector. A following `attention` layer pools the windows (multiple-instance learning, Ilse et al. 2018)."
        public static let fields: [Field<Self>] = [
            .init("size", \.size, "Number of steps of a window.", .required, .range(1...1_000_000)),
            .init(
                "hop", \.hop, "Number of steps between the starts of windows; `null` for half the size.",
                .range(1...1_000_000)),
            .init("layers", \.layers, "Layers of a window, in sequence.", .required, .notEmpty),
        ]

        public init() {}
        /// Creates the options; windows overlap by half unless `hop` is given.
        public init(size: Int, hop: Int? = nil, _ layers: [any LayerSpec]) {
            (self.size, self.hop) = (size, hop)
            self.layers = layers.map { AnyLayer($0) }
        }

        /// The number of steps between the starts of windows.
        public var step: Int { hop ?? max(1, size / 2) }

        public var validationIssues: [ValidationIssue] {
            step <= size
                ? [] : [ValidationIssue("hop", "must be at most the size, \(size), found \(step)")]
        }

        /// Returns the number of windows of a sequence; at least 1.
        public func count(_ steps: Int) -> Int { steps <= size ? 1 : (steps - size + step - 1) / step + 1 }

        public func plan(_ input: [Int]) throws(LayerError) -> LayerPlan {
            guard input.count == 2 else { throw needs("time, channels", input) }
            let inner = try layers.items("layers").plan(from: [size, input[1]])
            guard inner.output.count == 1 else {
                throw LayerError(
                    "windows expects layers that output one vector for a window, found the shape \(inner.output); end with a layer such as global_pool, attention, or gru with \"output\": \"last\""
                )
            }
            let count = count(input[0])
            var plan = LayerPlan(output: [count, inner.output[0]])
            plan.add(LayerPlan.Part(name: "layers", type: Sequential.Spec.type, plan: inner))
            // The layers are computed once for each window.
            plan.multiplyAdds = product(inner.multiplyAdds, count)
            plan.kept = product(inner.kept, count)
            return plan
        }

        public func make(_ input: [Int], _ generator: RandomGenerator) throws(LayerError) -> any Layer {
            _ = try plan(input)
            return Windows(
                self, try layers.items("layers").make(from: [size, input[1]], generator.split("layers")))
        }
    }

    private let options: Spec
    /// The layers of a window.
    public let body: Sequential

    public var spec: any LayerSpec { options }
    public var members: [Member] { [.layer("layers", body)] }

    init(_ spec: Spec, _ layers: [any Layer]) {
        options = spec
        body = Sequential(layers)
    }

    /// Returns the windows of all sequences, [windows of all sequences, size, channels], and their number for each sequence.
    func cut(_ x: Signal) -> (windows: Signal, counts: [Int]) {
        let (batch, steps, channels) = (x.tensor.shape[0], x.tensor.shape[1], x.tensor.shape[2])
        let lengths = x.lengths ?? Array(repeating: steps, count: batch)
        let counts = lengths.map(options.count)
        // The index of the source step, or of the zero row after the last.
        var (sources, valid): ([Int], [Int]) = ([], [])
        for (row, length) in lengths.enumerated() {
            for window in 0..<counts[row] {
                let start = window * options.step
                let own = max(0, min(options.size, length - start))
                valid.append(own)
                sources += (0..<options.size).map { $0 < own ? row * steps + start + $0 : batch * steps }
            }
        }
        let rows = concatenate(
            [x.tensor.reshaped([batch * steps, channels]), .zeros([1, channels])], axis: 0)
        let windows = rows.indexSelected(Indices(sources), axis: 0)
            .reshaped([valid.count, options.size, channels])
        return (Signal(windows, lengths: valid), counts)
    }

    public func forward(_ x: Signal, _ pass: Pass) -> Signal {
        let (windows, counts) = cut(x)
        let vectors = pass.withoutRecords.run(body, windows).tensor
        let most = options.count(x.tensor.shape[1])
        var next = 0
        let sources = counts.flatMap { count -> [Int] in
            defer { next += count }
            return (0..<most).map { $0 < count ? next + $0 : vectors.shape[0] }
        }
        let width = vectors.shape[1]
        let all = concatenate([vectors, .zeros([1, width])], axis: 0)
        return Signal(
            all.indexSelected(Indices(sources), axis: 0).reshaped([counts.count, most, width]),
            lengths: counts)
    }
}
