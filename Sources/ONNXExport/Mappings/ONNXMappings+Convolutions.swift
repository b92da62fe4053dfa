import Autograd
import Layers

extension ONNXMappings {
    /// Convolutions. ONNX uses channels-first layout, so they are surrounded by transposes, which runtimes merge.
    func addingConvolutions() -> ONNXMappings {
        adding(Conv1D.Spec.self, conv1d).adding(Conv2D.Spec.self, conv2d)
    }
}

/// A sliding window along one or more axes.
struct ONNXWindow {
    var kernel: [Int], stride: [Int], dilation: [Int]
    var padding: PaddingRule
    /// Whether the value already contains the padding of the first axis.
    var isPlaced = false

    /// Returns the attributes of an operator with this window.
    ///
    /// - Parameter isOpen: Whether the sizes are dynamic.
    func attributes(_ layer: ONNXLayer, sizes: [Int], isOpen: Bool) throws -> [(String, ONNXAttribute)] {
        var list: [(String, ONNXAttribute)] = [
            ("kernel_shape", .integers(kernel)), ("strides", .integers(stride)),
        ]
        if dilation.contains(where: { $0 != 1 }) { list.append(("dilations", .integers(dilation))) }
        if padding == .same, isOpen, !isPlaced, stride.contains(where: { $0 != 1 }) {
            guard dilation.allSatisfy({ $0 == 1 }) else {
                throw layer.problem(
                    "\"padding\": \"same\" with a stride and a dilation depends on the number of steps, "
                        + "which therefore cannot be dynamic",
                    advice: "use \"padding\": \"symmetric\", or export with a fixed number of steps")
            }
            return list + [("auto_pad", .text("SAME_UPPER"))]
        }
        let pads = sizes.indices.map { amounts(axis: $0, size: sizes[$0]) }
        if pads.contains(where: { $0 != (0, 0) }) {
            list.append(("pads", .integers(pads.map(\.before) + pads.map(\.after))))
        }
        return list
    }

    private func amounts(axis: Int, size: Int) -> (before: Int, after: Int) {
        if isPlaced, axis == 0 { return (0, 0) }
        return padding.amounts(
            size: size, kernel: kernel[axis], stride: stride[axis], dilation: dilation[axis])
    }

    /// Returns the output lengths of sequences, by the formula of `PaddingRule.outputs`.
    func lengths(_ lengths: ONNXLengths, _ layer: ONNXLayer) -> ONNXLengths {
        let span = (kernel[0] - 1) * dilation[0]
        let more =
            switch padding {
            case .valid: stride[0] - span - 1
            case .same, .causal: stride[0] - 1
            case .symmetric: stride[0] - span - 1 + span / 2 * 2
            }
        if more == 0, stride[0] == 1 { return lengths }
        return ONNXLengths {
            // Not below 0, because integer division truncates towards zero.
            let room = layer.node("Add", lengths.value, layer.integers([more]))
            let counted = layer.node("Max", room, layer.integers([0]))
            return stride[0] == 1 ? counted : layer.node("Div", counted, layer.integers([stride[0]]))
        }
    }
}

extension ONNXLayer {
    /// Permutations from channels-last to channels-first layout and back.
    static func channelsFirst(_ axes: Int) -> [Int] { [0, axes + 1] + Array(1...axes) }
    static func channelsLast(_ axes: Int) -> [Int] { [0] + Array(2...axes + 1) + [1] }

    /// Prepares sequences for a window: pads them with `hidden`. If the padding at the front depends on the length of a sequence,
    /// shifts the sequences accordingly, so that the window needs no further padding.
    ///
    /// - Returns: The signal and its mask, [batch, time, 1...]; the mask is nil if all steps are valid.
    func surrounded(
        _ x: ONNXSignal, _ window: inout ONNXWindow, hidden: Double
    ) -> (signal: ONNXSignal, mask: String?) {
        guard let lengths = x.lengths else { return (x, nil) }
        guard window.padding == .same, window.stride[0] != 1 else {
            let mask = lengths.mask(x, axes: x.shape.count - 1, self)
            return (x.with(node("Where", mask, x.value, number(hidden))), mask)
        }
        let (span, stride) = ((window.kernel[0] - 1) * window.dilation[0], window.stride[0])
        let zero = integers([0])
        let length = lengths.counted(x, self)
        let outputs = node("Div", node("Add", length, integers([stride - 1])), integers([stride]))
        let reach = node("Add", node("Mul", outputs, integers([stride])), integers([span + 1 - stride]))
        let total = node("Max", node("Sub", reach, length), zero)
        let before = node("Unsqueeze", node("Div", total, integers([2])), integers([1]))
        let steps = x.hasAnySteps ? stepCount(x) : graph.integer(x.shape[0])
        let places = node(
            "Range", graph.integer(0), node("Add", steps, graph.integer(span)), graph.integer(1))
        // [batch, time]: the source step of each position.
        let source = node("Sub", places, before)
        let isInside = node(
            "And", node("GreaterOrEqual", source, zero),
            node("Less", source, node("Unsqueeze", length, integers([1]))))
        let last = node("Sub", steps, graph.integer(1))
        let found = node("Unsqueeze", node("Max", node("Min", source, last), zero), integers([2]))
        let moved = node("GatherND", [x.value, found], [("batch_dims", .integer(1))])[0]
        let mask = node("Unsqueeze", isInside, integers(Array(2..<x.shape.count + 1)))
        window.isPlaced = true
        return (
            x.with(
                node("Where", mask, moved, number(hidden)), shape: [x.shape[0] + span] + x.shape.dropFirst()),
            mask
        )
    }

    /// Adds a convolution of a channels-last value.
    fileprivate func convolve(_ value: String, _ x: ONNXSignal, _ window: ONNXWindow, groups: Int) throws
        -> String
    {
        let axes = window.kernel.count
        let weight = try tensor("weight")
        // [kernel..., in, out] becomes [out, in, kernel...].
        let turned = weight.permuted([axes + 1, axes] + Array(0..<axes))
        var inputs = [transpose(value, Self.channelsFirst(axes)), constant(turned, "weight")]
        if let bias = tensorIfAny("bias") { inputs.append(constant(bias, "bias")) }
        var attributes = try window.attributes(
            self, sizes: Array(x.shape.prefix(axes)), isOpen: x.hasAnySteps)
        if groups != 1 { attributes.append(("group", .integer(groups))) }
        return transpose(node("Conv", inputs, attributes)[0], Self.channelsLast(axes))
    }

    /// Adds a convolution of the valid steps and computes the output lengths.
    fileprivate func convolution(
        _ x: ONNXSignal, _ window: ONNXWindow, groups: Int, _ activation: Activation
    ) throws -> ONNXSignal {
        var inner = window
        let input = surrounded(x, &inner, hidden: 0).signal
        let y = try convolve(input.value, input, inner, groups: groups)
        var result = x.with(activate(y, activation), shape: try plannedShape(x))
        result.lengths = x.lengths.map { window.lengths($0, self) }
        return result
    }
}

@Sendable private func conv1d(_ layer: ONNXLayer, _ x: ONNXSignal) throws -> ONNXSignal {
    let spec: Conv1D.Spec = try layer.spec()
    let window = ONNXWindow(
        kernel: [spec.kernel], stride: [spec.stride], dilation: [spec.dilation], padding: spec.padding)
    return try layer.convolution(x, window, groups: spec.groups, spec.activation)
}

@Sendable private func conv2d(_ layer: ONNXLayer, _ x: ONNXSignal) throws -> ONNXSignal {
    let spec: Conv2D.Spec = try layer.spec()
    let window = ONNXWindow(
        kernel: spec.kernel.axes, stride: spec.stride.axes, dilation: spec.dilation.axes,
        padding: spec.padding)
    return try layer.convolution(x, window, groups: spec.groups, spec.activation)
}
