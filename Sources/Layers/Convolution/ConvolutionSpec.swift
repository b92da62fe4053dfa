import Autograd
import Configuration

/// The options that all convolutions share.
public struct ConvolutionOptions<Size: WindowSize>: Options, HasAffineOptions {
    public var filters = 1
    public var kernel = Size(3)
    public var stride = Size(1)
    public var dilation = Size(1)
    public var padding = PaddingRule.same
    public var affine = AffineOptions()

    public static var fields: [Field<Self>] {
        let words = Size.words
        return [
            .init("filters", \.filters, "Number of output channels.", .required, .atLeast(1)),
            .init("kernel_size", \.kernel, words.window, .atLeast(1)),
            .init("stride", \.stride, words.step, .atLeast(1)),
            .init("dilation", \.dilation, words.tap, .atLeast(1)),
            .init("padding", \.padding, PaddingRule.help),
        ] + group(\.affine)
    }

    public init() {}

    /// The padding of an input.
    var amounts: Padding { padding.padding(kernel: kernel.axes, dilation: dilation.axes) }
}

/// Options that include those of a convolution, which are also available directly: `conv.filters`, `conv.l2`.
@dynamicMemberLookup
public protocol ConvolutionSpec: LayerSpec {
    /// `Int` for sequences, `Sides` for images.
    associatedtype Size: WindowSize
    /// The options that all convolutions share.
    var convolution: ConvolutionOptions<Size> { get set }
}

extension ConvolutionSpec {
    /// Accesses the options of `convolution` by their own names.
    public subscript<Value>(dynamicMember path: WritableKeyPath<ConvolutionOptions<Size>, Value>) -> Value {
        get { convolution[keyPath: path] }
        set { convolution[keyPath: path] = newValue }
    }

    func checkAxes(_ input: [Int]) throws(LayerError) {
        if input.count != convolution.kernel.axes.count + 1 { throw needs(Size.words.input, input) }
    }
}

/// A grouped convolution.
public protocol GroupedConvolutionSpec: ConvolutionSpec {
    /// The number of groups; as many groups as channels give a depthwise convolution.
    var groups: Int { get set }
}

extension GroupedConvolutionSpec {
    static var groupedFields: [Field<Self>] {
        group(\.convolution) + [
            .init(
                "groups", \.groups,
                "Number of groups; as many groups as channels give a depthwise convolution.", .atLeast(1))
        ]
    }

    public var validationIssues: [ValidationIssue] {
        convolution.filters % groups == 0
            ? []
            : [
                ValidationIssue(
                    "groups",
                    "\(convolution.filters) filters cannot be split into \(groups) groups of equal size")
            ]
    }

    public func plan(_ input: [Int]) throws(LayerError) -> LayerPlan {
        try checkAxes(input)
        let (channels, filters) = (input[input.count - 1], convolution.filters)
        guard groups > 0, channels % groups == 0, filters % groups == 0 else {
            throw LayerError(
                "\(Self.type) cannot split \(channels) channels into \(groups) groups; use a number that divides them"
            )
        }
        let places = try convolution.padding.outputs(
            input, kernel: convolution.kernel, stride: convolution.stride, dilation: convolution.dilation,
            Self.type)
        let perFilter = product(convolution.kernel.axes + [channels / groups])
        return LayerPlan(
            output: places + [filters],
            parameters: product(perFilter + (convolution.bias ? 1 : 0), filters),
            multiplyAdds: product(places + [filters, perFilter]))
    }

    func weights(_ channels: Int, _ generator: RandomGenerator) -> (Parameter, Parameter?) {
        let taps = product(convolution.kernel.axes)
        return convolution.affine.weights(
            convolution.kernel.axes + [channels / groups, convolution.filters],
            fanIn: product(taps, channels) / groups, fanOut: product(taps, convolution.filters), generator)
    }
}
