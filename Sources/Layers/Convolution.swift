import Autograd
import Configuration

/// How a convolution or pooling layer treats the ends, as a config names it.
public enum PaddingRule: String, CaseIterable, ConfigurationValue {
    /// The window stays inside.
    case valid
    /// ceil(size / stride) outputs, the odd zero behind (TensorFlow, Keras).
    case same
    /// Zeros in front only: an output sees nothing after it.
    case causal
    /// (kernel - 1) * dilation / 2 zeros on both sides, whatever the stride (PyTorch's usual choice).
    case symmetric

    func padding(kernel: [Int], dilation: [Int]) -> Padding {
        switch self {
        case .valid: return .valid
        case .same: return .same
        case .causal: return .causal
        case .symmetric:
            let amounts = zip(kernel, dilation).map { ($0 - 1) * $1 / 2 }
            return .amounts(before: amounts, after: amounts)
        }
    }

    /// The outputs along one axis; nil where the window does not fit.
    func outputs(size: Int, kernel: Int, stride: Int, dilation: Int = 1) -> Int? {
        let span = (kernel - 1) * dilation + 1
        let room: Int
        switch self {
        case .same, .causal: room = size + span - 1
        case .valid: room = size
        case .symmetric: room = size + (kernel - 1) * dilation / 2 * 2
        }
        if self == .same { return (size + stride - 1) / stride }
        return room >= span ? (room - span) / stride + 1 : nil
    }
}

/// A convolution over the steps of a sequence.
public final class Conv1D: Layer {
    public struct Spec: LayerSpec {
        public var filters = 1
        public var kernel = 3
        public var stride = 1
        public var dilation = 1
        public var groups = 1
        public var padding = PaddingRule.same
        public var activation = Activation.none
        public var bias = true
        public var kernelInitializer = Initializer.glorotUniform
        public var biasInitializer = Initializer.zeros
        public var l1 = 0.0
        public var l2 = 0.0

        public static let type = "conv1d"
        public static let summary = "A weighted sum over a window of steps for each filter."
        public static let fields: [Field<Self>] = [
            .init("filters", \.filters, "How many outputs per step.", .required, .atLeast(1)),
            .init("kernel", \.kernel, "Steps in the window.", .atLeast(1)),
            .init("stride", \.stride, "Steps from one window to the next.", .atLeast(1)),
            .init("dilation", \.dilation, "Steps from one tap of the window to the next.", .atLeast(1)),
            .init("groups", \.groups, "Parts of the channels that do not see each other.", .atLeast(1)),
            .init("padding", \.padding, "What surrounds the sequence."),
            .init("activation", \.activation, "Applied to the sums."),
            .init("bias", \.bias, "Whether a trained number is added to each sum."),
            .init("kernel_initializer", \.kernelInitializer, "How the weights begin."),
            .init("bias_initializer", \.biasInitializer, "How the biases begin."),
            .init("l1", \.l1, "Penalty on the size of the weights, added to the loss.", .atLeast(0)),
            .init("l2", \.l2, "Penalty on the squares of the weights, added to the loss.", .atLeast(0)),
        ]

        public init() {}
        public init(_ filters: Int, kernel: Int, activation: Activation = .none) {
            self.filters = filters
            self.kernel = kernel
            self.activation = activation
        }

        public var complaints: [Complaint] {
            filters % groups == 0
                ? []
                : [
                    Complaint(
                        "groups", "\(filters) filters cannot be split into \(groups) groups of equal size")
                ]
        }

        public func plan(_ input: [Int]) throws(ShapeProblem) -> LayerPlan {
            guard input.count == 2 else { throw needs("time, channels", input) }
            guard input[1] % groups == 0, filters % groups == 0 else {
                throw ShapeProblem("conv1d cannot split \(input[1]) channels into \(groups) groups")
            }
            guard
                let steps = padding.outputs(
                    size: input[0], kernel: kernel, stride: stride, dilation: dilation)
            else {
                throw ShapeProblem(
                    "conv1d's window of \((kernel - 1) * dilation + 1) steps does not fit into \(input[0]) steps; "
                        + "use a smaller kernel or \"padding\": \"same\"")
            }
            let perFilter = kernel * input[1] / groups
            return LayerPlan(
                output: [steps, filters], parameters: (perFilter + (bias ? 1 : 0)) * filters,
                multiplyAdds: steps * filters * perFilter)
        }

        public func make(_ input: [Int], _ generator: RandomGenerator) throws(ShapeProblem) -> any Layer {
            _ = try plan(input)
            return Conv1D(self, channels: input[1], generator)
        }
    }

    let options: Spec
    /// [kernel, channels / groups, filters]
    public let weight: Parameter
    /// [filters]
    public let bias: Parameter?

    public var spec: any LayerSpec { options }
    public var members: [Member] { weightAndBias(weight, bias) }
    public var penalties: [Penalty] { [Penalty(weight, l1: options.l1, l2: options.l2)] }

    public init(_ spec: Spec, channels: Int, _ generator: RandomGenerator) {
        options = spec
        (weight, bias) = convolutionWeights(
            [spec.kernel, channels / spec.groups, spec.filters], groups: spec.groups, hasBias: spec.bias,
            spec.kernelInitializer, spec.biasInitializer, generator)
    }

    public func forward(_ x: Signal, _ pass: Pass) -> Signal {
        let y = conv1d(
            x.masked, weight.tensor, bias: bias?.tensor, stride: options.stride, dilation: options.dilation,
            groups: options.groups,
            padding: options.padding.padding(kernel: [options.kernel], dilation: [options.dilation]),
            activation: options.activation.fused)
        let lengths = x.lengths?.map {
            min(y.shape[1], outputSteps(length: $0))
        }
        return Signal(options.activation.afterFused(y), lengths: lengths)
    }

    /// The valid outputs of a sequence: those whose window begins in it, or lies in it where nothing is padded.
    private func outputSteps(length: Int) -> Int {
        options.padding.outputs(
            size: length, kernel: options.kernel, stride: options.stride, dilation: options.dilation) ?? 0
    }
}

/// A convolution over the height and width of a picture.
public final class Conv2D: Layer {
    public struct Spec: LayerSpec {
        public var filters = 1
        public var kernel = Sides(3)
        public var stride = Sides(1)
        public var dilation = Sides(1)
        public var groups = 1
        public var padding = PaddingRule.same
        public var activation = Activation.none
        public var bias = true
        public var kernelInitializer = Initializer.glorotUniform
        public var biasInitializer = Initializer.zeros
        public var l1 = 0.0
        public var l2 = 0.0

        public static let type = "conv2d"
        public static let summary = "A weighted sum over a window of a picture for each filter."
        public static let fields: [Field<Self>] = [
            .init("filters", \.filters, "How many outputs per place.", .required, .atLeast(1)),
            .init("kernel", \.kernel, "Height and width of the window, or both as one number."),
            .init("stride", \.stride, "From one window to the next."),
            .init("dilation", \.dilation, "From one tap of the window to the next."),
            .init("groups", \.groups, "Parts of the channels that do not see each other.", .atLeast(1)),
            .init("padding", \.padding, "What surrounds the picture."),
            .init("activation", \.activation, "Applied to the sums."),
            .init("bias", \.bias, "Whether a trained number is added to each sum."),
            .init("kernel_initializer", \.kernelInitializer, "How the weights begin."),
            .init("bias_initializer", \.biasInitializer, "How the biases begin."),
            .init("l1", \.l1, "Penalty on the size of the weights, added to the loss.", .atLeast(0)),
            .init("l2", \.l2, "Penalty on the squares of the weights, added to the loss.", .atLeast(0)),
        ]

        public init() {}
        public init(_ filters: Int, kernel: Int, stride: Int = 1, groups: Int = 1, bias: Bool = true) {
            self.filters = filters
            self.kernel = Sides(kernel)
            self.stride = Sides(stride)
            self.groups = groups
            self.bias = bias
        }

        public var complaints: [Complaint] {
            filters % groups == 0
                ? []
                : [
                    Complaint(
                        "groups", "\(filters) filters cannot be split into \(groups) groups of equal size")
                ]
        }

        public func plan(_ input: [Int]) throws(ShapeProblem) -> LayerPlan {
            guard input.count == 3 else { throw needs("height, width, channels", input) }
            guard input[2] % groups == 0, filters % groups == 0 else {
                throw ShapeProblem("conv2d cannot split \(input[2]) channels into \(groups) groups")
            }
            guard
                let height = padding.outputs(
                    size: input[0], kernel: kernel.height, stride: stride.height, dilation: dilation.height),
                let width = padding.outputs(
                    size: input[1], kernel: kernel.width, stride: stride.width, dilation: dilation.width)
            else {
                throw ShapeProblem(
                    "conv2d's window does not fit into a picture of \(input[0]) x \(input[1]); use a smaller kernel "
                        + "or \"padding\": \"same\"")
            }
            let perFilter = kernel.height * kernel.width * input[2] / groups
            return LayerPlan(
                output: [height, width, filters], parameters: (perFilter + (bias ? 1 : 0)) * filters,
                multiplyAdds: height * width * filters * perFilter)
        }

        public func make(_ input: [Int], _ generator: RandomGenerator) throws(ShapeProblem) -> any Layer {
            _ = try plan(input)
            return Conv2D(self, channels: input[2], generator)
        }
    }

    let options: Spec
    /// [kernel height, kernel width, channels / groups, filters]
    public let weight: Parameter
    /// [filters]
    public let bias: Parameter?

    public var spec: any LayerSpec { options }
    public var members: [Member] { weightAndBias(weight, bias) }
    public var penalties: [Penalty] { [Penalty(weight, l1: options.l1, l2: options.l2)] }

    public init(_ spec: Spec, channels: Int, _ generator: RandomGenerator) {
        options = spec
        (weight, bias) = convolutionWeights(
            [spec.kernel.height, spec.kernel.width, channels / spec.groups, spec.filters],
            groups: spec.groups,
            hasBias: spec.bias, spec.kernelInitializer, spec.biasInitializer, generator)
    }

    public func forward(_ x: Signal, _ pass: Pass) -> Signal {
        let y = conv2d(
            x.tensor, weight.tensor, bias: bias?.tensor,
            stride: (options.stride.height, options.stride.width),
            dilation: (options.dilation.height, options.dilation.width), groups: options.groups,
            padding: options.padding.padding(
                kernel: [options.kernel.height, options.kernel.width],
                dilation: [options.dilation.height, options.dilation.width]),
            activation: options.activation.fused)
        return Signal(options.activation.afterFused(y))
    }
}

/// Height and width, written as one number where they are equal and as [height, width] otherwise.
public struct Sides: ConfigurationValue, Equatable {
    public var height: Int, width: Int

    public init(_ both: Int) { (height, width) = (both, both) }
    public init(_ height: Int, _ width: Int) { (self.height, self.width) = (height, width) }

    public static func decode(_ json: JSONValue, _ context: Decoding) -> Sides? {
        if case .list(let sides) = json.content {
            guard sides.count == 2, let numbers = [Int].decode(json, context) else {
                if sides.count != 2 { context.mismatch(json, allowed) }
                return nil
            }
            guard numbers.allSatisfy({ $0 >= 1 }) else {
                context.mismatch(json, allowed)
                return nil
            }
            return Sides(numbers[0], numbers[1])
        }
        guard case .integer(let both) = json.content, both >= 1 else {
            context.mismatch(json, allowed)
            return nil
        }
        return Sides(both)
    }

    public func encode() -> JSONValue { height == width ? height.encode() : [height, width].encode() }

    public static func schema(_ book: SchemaBook) -> JSONValue {
        let side: JSONValue = ["type": "integer", "minimum": 1]
        return ["oneOf": [side, ["type": "array", "items": side, "minItems": 2, "maxItems": 2]]]
    }

    public static var allowed: String { "a whole number of at least 1, or a list of two such as [3, 5]" }
    public static func resembles(_ json: JSONValue) -> Bool { true }
}

func weightAndBias(_ weight: Parameter, _ bias: Parameter?) -> [Member] {
    [.parameter("weight", weight)] + (bias.map { [.parameter("bias", $0)] } ?? [])
}

private func convolutionWeights(
    _ shape: [Int], groups: Int, hasBias: Bool, _ kernel: Initializer, _ bias: Initializer,
    _ generator: RandomGenerator
) -> (Parameter, Parameter?) {
    let taps = shape.dropLast(2).reduce(1, *)
    let (channels, filters) = (shape[shape.count - 2], shape[shape.count - 1])
    let (fanIn, fanOut) = (taps * channels, taps * filters / groups)
    return (
        Parameter(kernel.make(shape, fanIn: fanIn, fanOut: fanOut, generator.split("weight"))),
        hasBias ? Parameter(bias.make([filters], fanIn: fanIn, fanOut: fanOut, generator.split("bias"))) : nil
    )
}
