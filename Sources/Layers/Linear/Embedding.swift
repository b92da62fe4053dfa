import Autograd
import Configuration

/// A trainable vector for each index of a sequence.
public final class Embedding: Layer {
    /// The options: [time] of indices in 0..<vocabularySize to [time, units].
    public struct Spec: LayerSpec {
        public var vocabularySize = 1
        public var units: Units = 1
        public var masksZero = false
        public var initializer = Initializer.keras

        public static let type = "embedding"
        public static let summary = "Embedding: a trainable vector for each index of a sequence."
        public static let fields: [Field<Self>] = [
            .init(
                "vocabulary_size", \.vocabularySize, "Number of distinct indices; indices are below it.",
                .required,
                .atLeast(1)),
            .init("units", \.units, "Size of the embedding vectors.", .required, .atLeast(1)),
            .init("mask_zero", \.masksZero, "Whether to treat zeros at the end of a sequence as padding."),
            .init("initializer", \.initializer, "Initializer of the vectors."),
        ]

        public init() {}
        /// Creates the options with Keras' initializer and without masking.
        public init(_ vocabularySize: Int, _ units: Int) {
            (self.vocabularySize, self.units) = (vocabularySize, .number(units))
        }

        public func plan(_ input: [Int]) throws(LayerError) -> LayerPlan {
            guard input.count == 1 else { throw needs("time", input) }
            let units = try units.known(Self.type)
            var plan = LayerPlan(output: [input[0], units], parameters: product(vocabularySize, units))
            plan.takesWholeNumbers = true
            return plan
        }

        public func make(_ input: [Int], _ generator: RandomGenerator) throws(LayerError) -> any Layer {
            _ = try plan(input)
            return Embedding(self, generator)
        }
    }

    private let options: Spec
    /// [vocabularySize, units]
    public let weight: Parameter

    public var spec: any LayerSpec { options }
    public var members: [Member] { [.parameter("weight", weight)] }

    /// Creates a layer with vectors drawn from `generator`.
    public init(_ spec: Spec, _ generator: RandomGenerator) {
        options = spec
        weight = Parameter(
            spec.initializer.make(
                [spec.vocabularySize, spec.units.value], fanIn: spec.vocabularySize, fanOut: spec.units.value,
                for: .embedding,
                generator.split("weight")))
    }

    /// Creates a layer with Keras' initial vectors.
    ///
    /// - Parameters:
    ///   - vocabularySize: The number of distinct indices.
    ///   - units: The size of the embedding vectors.
    ///   - generator: The source of the initial weights; each layer draws its own seed from it.
    public convenience init(vocabularySize: Int, units: Int, generator: RandomGenerator) {
        self.init(Spec(vocabularySize, units), generator.forLayer())
    }

    public func forward(_ x: Signal, _ pass: Pass) -> Signal {
        let steps = x.tensor.shape[1]
        var values = Array(repeating: 0, count: x.tensor.count)
        var lengths = x.lengths
        for (row, words) in x.tensor.array.chunked(steps).enumerated() {
            for (step, word) in words.prefix(lengths?[row] ?? steps).enumerated() {
                guard let index = Int(exactly: word), index >= 0, index < options.vocabularySize else {
                    fail(
                        "embedding: \(word) at [\(row), \(step)] is not an index in 0..<\(options.vocabularySize)"
                    )
                }
                values[row * steps + step] = index
            }
        }
        if options.masksZero {
            lengths = values.chunked(steps).map { ($0.lastIndex { $0 != 0 }).map { at in at + 1 } ?? 0 }
            if steps == 0 { lengths = Array(repeating: 0, count: x.tensor.shape[0]) }
        }
        let vectors = embedding(weight.tensor, Indices(values, shape: x.tensor.shape))
        return Signal(vectors, lengths: lengths)
    }
}

extension Array {
    /// Returns rows of the given width.
    fileprivate func chunked(_ width: Int) -> [[Element]] {
        width == 0 ? [] : stride(from: 0, to: count, by: width).map { Array(self[$0..<$0 + width]) }
    }
}
