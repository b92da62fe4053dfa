import Autograd
import Configuration

/// The options of low-rank adaptation.
public struct LowRankOptions: Options, Equatable {
    public var rank = 8
    public var alpha = 16.0
    public var dropout = 0.0
    public var targetModules: NamePatterns = ["layers.*.attention.query", "layers.*.attention.value"]

    public static let summary =
        "Low-rank adaptation (LoRA, Hu et al. 2021): only low-rank updates of some dense layers are trained."
    public static let fields: [Field<Self>] = [
        .init("rank", \.rank, "Rank of the update.", .range(1...4096)),
        .init(
            "alpha", \.alpha, "Scale: the update is multiplied by alpha / rank.", .above(0), .atMost(1e6)),
        .init("dropout", \.dropout, "Dropout rate of the input of the update.", .range(0..<1)),
        .init(
            "target_modules", \.targetModules,
            "Patterns of the names of the dense layers to adapt; * matches any characters.",
            .check("that is not empty") { !$0.list.isEmpty }),
    ]

    public init() {}
}

/// A trained low-rank change of a dense layer (LoRA, Hu et al. 2021): x W becomes x W + alpha / rank x A B.
package final class LowRankUpdate: Layer {
    /// A, [in, rank], and B, [rank, out]
    private let a: Parameter, b: Parameter
    private let scale: Real
    private let dropout: Double

    package var members: [Member] { [.parameter("a", a), .parameter("b", b)] }

    /// Creates a change of zero: B is zero, and A is drawn as the weights of PyTorch's linear layers.
    package init(_ options: LowRankOptions, inputs: Int, outputs: Int, _ generator: RandomGenerator) {
        a = Parameter(
            Initializer.torch.make([inputs, options.rank], fanIn: inputs, fanOut: options.rank, generator))
        b = Parameter(.zeros([options.rank, outputs]))
        scale = Real(options.alpha) / Real(options.rank)
        dropout = options.dropout
    }

    /// Returns the change of the output.
    package func forward(_ x: Signal, _ pass: Pass) -> Signal {
        let input = dropped(x.tensor, dropout, pass, sharedAxes: [])
        return x.with(linear(linear(input, a.tensor), b.tensor) * scale)
    }

    /// The change of the weights, [in, out].
    package var change: Tensor { withoutRecording { matmul(a.value, b.value) * scale } }
}
