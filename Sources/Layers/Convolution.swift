import Autograd
import Configuration

/// The options of every convolution.
public struct ConvolutionOptions<Size: WindowSize>: Options, WeightedSumOptions {
    public var filters = 1
    public var kernel = Size(3)
    public var stride = Size(1)
    public var dilation = Size(1)
    public var padding = PaddingRule.same
    public var sum = WeightedSum()

    public static var fields: [Field<Self>] {
        let words = Size.words
        return [
            .init("filters", \.filters, "How many outputs per \(words.place).", .required, .atLeast(1)),
            .init("kernel_size", \.kernel, words.window, .atLeast(1)),
            .init("stride", \.stride, words.step, .atLeast(1)),
            .init("dilation", \.dilation, words.tap, .atLeast(1)),
            .init("padding", \.padding, "What surrounds the \(words.whole)."),
        ] + group(\.sum)
    }

    public init() {}

    /// What pads an input.
    var amounts: Padding { padding.padding(kernel: kernel.axes, dilation: dilation.axes) }
}

/// A layer with the options of a convolution, whose keys are its own, too: `conv.filters`, `conv.l2`.
@dynamicMemberLookup
public protocol ConvolutionSpec: LayerSpec {
    /// Whole numbers for sequences, `Sides` for pictures.
    associatedtype Size: WindowSize
    /// The options that all convolutions share.
    var convolution: ConvolutionOptions<Size> { get set }
}

extension ConvolutionSpec {
    /// The options of `convolution` by their own names.
    public subscript<Value>(dynamicMember path: WritableKeyPath<ConvolutionOptions<Size>, Value>) -> Value {
        get { convolution[keyPath: path] }
        set { convolution[keyPath: path] = newValue }
    }

    func checkAxes(_ input: [Int]) throws(ShapeProblem) {
        if input.count != convolution.kernel.axes.count + 1 { throw needs(Size.words.input, input) }
    }
}

/// A convolution whose channels may be split into groups.
public protocol GroupedConvolutionSpec: ConvolutionSpec {
    /// Parts of the channels that do not see each other; as many as channels is a depthwise convolution.
    var groups: Int { get set }
}

extension GroupedConvolutionSpec {
    static var groupedFields: [Field<Self>] {
        group(\.convolution) + [
            .init("groups", \.groups, "Parts of the channels that do not see each other.", .atLeast(1))
        ]
    }

    public var complaints: [Complaint] {
        convolution.filters % groups == 0
            ? []
            : [
                Complaint(
                    "groups",
                    "\(convolution.filters) filters cannot be split into \(groups) groups of equal size")
            ]
    }

    public func plan(_ input: [Int]) throws(ShapeProblem) -> LayerPlan {
        try checkAxes(input)
        let (channels, filters) = (input[input.count - 1], convolution.filters)
        guard groups > 0, channels % groups == 0, filters % groups == 0 else {
            throw ShapeProblem("\(Self.type) cannot split \(channels) channels into \(groups) groups")
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

    fileprivate func weights(_ channels: Int, _ generator: RandomGenerator) -> (Parameter, Parameter?) {
        let taps = product(convolution.kernel.axes)
        return convolution.sum.weights(
            convolution.kernel.axes + [channels / groups, convolution.filters],
            fanIn: product(taps, channels) / groups, fanOut: product(taps, convolution.filters), generator)
    }
}

/// What convolutions over one and two axes share.
protocol ConvolutionLayer: Absorbing {
    associatedtype Spec: GroupedConvolutionSpec
    var options: Spec { get }
    /// [kernel..., channels / groups, filters]
    var weight: Parameter { get }
    /// [filters]
    var bias: Parameter? { get }
    /// The convolution itself, with what follows it.
    func convolved(_ x: Tensor, _ padding: Padding, _ ending: Ending) -> Tensor
}

extension ConvolutionLayer {
    public var spec: any LayerSpec { options }
    public var members: [Member] { weightAndBias(weight, bias) }
    public var penalties: [Penalty] { [Penalty(weight, l1: options.l1, l2: options.l2)] }

    public func forward(_ x: Signal, _ pass: Pass) -> Signal {
        forward(x, pass, followedBy: []).signal
    }

    func forward(_ x: Signal, _ pass: Pass, followedBy rest: ArraySlice<any Layer>) -> (
        signal: Signal, taken: Int
    ) {
        let ending = Ending(options.activation, rest, pass)
        let (input, padding) = surrounded(x)
        let y = convolved(input, padding, ending)
        let (kernel, stride, dilation) = time
        let lengths = x.lengths?.map {
            options.padding.outputs(size: $0, kernel: kernel, stride: stride, dilation: dilation) ?? 0
        }
        return (Signal(ending.finish(y), lengths: lengths), ending.taken)
    }

    /// How the window slides along the first axis, which is that of time.
    private var time: (kernel: Int, stride: Int, dilation: Int) {
        (options.kernel.axes[0], options.stride.axes[0], options.dilation.axes[0])
    }

    /// The sequences without what stands behind them, and what pads them. Where the padding in front of a sequence
    /// depends on its length it is put there, so that each gives what it would give alone.
    private func surrounded(_ x: Signal) -> (Tensor, Padding) {
        let (kernel, stride, dilation) = time
        let before = { [options] in
            options.padding.before(size: $0, kernel: kernel, stride: stride, dilation: dilation)
        }
        let steps = x.tensor.shape[1]
        guard let lengths = x.lengths, lengths.contains(where: { before($0) != before(steps) }) else {
            return (x.masked, options.convolution.amounts)
        }
        let room = steps + (kernel - 1) * dilation
        // The other axis, where there is one, has a size of its own.
        let rest = options.kernel.axes.indices.dropFirst().map { axis in
            options.padding.amounts(
                size: x.tensor.shape[axis + 1], kernel: options.kernel.axes[axis],
                stride: options.stride.axes[axis], dilation: options.dilation.axes[axis])
        }
        return (
            x.placed(at: lengths.map(before), of: room),
            .amounts(before: [0] + rest.map(\.before), after: [0] + rest.map(\.after))
        )
    }
}

/// A convolution over the steps of a sequence.
public final class Conv1D: ConvolutionLayer {
    /// The options: [time, channels] to [windows, filters].
    public struct Spec: GroupedConvolutionSpec {
        public var convolution = ConvolutionOptions<Int>()
        public var groups = 1

        public static let type = "conv1d"
        public static let summary = "A weighted sum over a window of steps for each filter."
        public static let fields: [Field<Self>] = groupedFields

        public init() {}
        /// Stride 1 with padding "same", so that all steps stay.
        public init(_ filters: Int, kernel: Int, activation: Activation = .none) {
            (self.filters, self.kernel, self.activation) = (filters, kernel, activation)
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

    /// A layer with weights that `generator` draws.
    public init(_ spec: Spec, channels: Int, _ generator: RandomGenerator) {
        options = spec
        (weight, bias) = spec.weights(channels, generator)
    }

    func convolved(_ x: Tensor, _ padding: Padding, _ ending: Ending) -> Tensor {
        conv1d(
            x, weight.tensor, bias: bias?.tensor, stride: options.stride, dilation: options.dilation,
            groups: options.groups, padding: padding, activation: ending.activation.fused, norm: ending.norm)
    }
}

/// A convolution over the height and width of a picture, or over the steps of a sequence and what stands side by side
/// in each.
public final class Conv2D: ConvolutionLayer {
    /// The options: [height, width, channels] to [rows, columns, filters].
    public struct Spec: GroupedConvolutionSpec {
        public var convolution = ConvolutionOptions<Sides>()
        public var groups = 1

        public static let type = "conv2d"
        public static let summary = "A weighted sum over a window of a picture for each filter."
        public static let fields: [Field<Self>] = groupedFields

        public init() {}
        /// A square window with padding "same", so that all places stay at stride 1.
        public init(_ filters: Int, kernel: Int, stride: Int = 1, groups: Int = 1, bias: Bool = true) {
            self.groups = groups
            (self.filters, self.bias) = (filters, bias)
            (self.kernel, self.stride) = (Sides(kernel), Sides(stride))
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

    /// A layer with weights that `generator` draws.
    public init(_ spec: Spec, channels: Int, _ generator: RandomGenerator) {
        options = spec
        (weight, bias) = spec.weights(channels, generator)
    }

    func convolved(_ x: Tensor, _ padding: Padding, _ ending: Ending) -> Tensor {
        conv2d(
            x, weight.tensor, bias: bias?.tensor, stride: (options.stride.height, options.stride.width),
            dilation: (options.dilation.height, options.dilation.width), groups: options.groups,
            padding: padding, activation: ending.activation.fused, norm: ending.norm)
    }
}
