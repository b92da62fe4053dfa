import Autograd
import Layers

extension ONNXMappings {
    /// Convolutions: ONNX has the channels first, so transposes stand around them. Runtimes join those that meet.
    func addingConvolutions() -> ONNXMappings {
        adding(Conv1D.Spec.self, conv1d).adding(Conv2D.Spec.self, conv2d)
    }
}

/// How a window slides along some axes.
struct ONNXWindow {
    var kernel: [Int], stride: [Int], dilation: [Int]
    var padding: PaddingRule

    /// The attributes of an operator with such a window on axes of the given sizes.
    ///
    /// - Parameter isOpen: whether the sizes may be others when the file is run.
    func attributes(_ layer: ONNXLayer, sizes: [Int], isOpen: Bool) throws -> [(String, ONNXAttribute)] {
        var list: [(String, ONNXAttribute)] = [
            ("kernel_shape", .integers(kernel)), ("strides", .integers(stride)),
        ]
        if dilation.contains(where: { $0 != 1 }) { list.append(("dilations", .integers(dilation))) }
        if padding == .same, isOpen, stride.contains(where: { $0 != 1 }) {
            guard dilation.allSatisfy({ $0 == 1 }) else {
                throw layer.problem(
                    "with \"padding\": \"same\", a stride and a dilation its zeros depend on the number of steps, "
                        + "which cannot be left open then",
                    advice: "use \"symmetric\", or export for a fixed number of steps")
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
        let span = (kernel[axis] - 1) * dilation[axis]
        switch padding {
        case .valid: return (0, 0)
        case .causal: return (span, 0)
        case .symmetric: return (span / 2, span / 2)
        case .same:
            let outputs = (size + stride[axis] - 1) / stride[axis]
            // With a stride of 1 this is the span, whatever the size.
            let total = max(0, (outputs - 1) * stride[axis] + span + 1 - size)
            return (total / 2, total - total / 2)
        }
    }

    /// The valid outputs of sequences: the formula of `PaddingRule.outputs` with the lengths in place of the size.
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
            // Not below 0: a division of whole numbers rounds towards it.
            let room = layer.node("Add", lengths.value, layer.integers([more]))
            let counted = layer.node("Max", room, layer.integers([0]))
            return stride[0] == 1 ? counted : layer.node("Div", counted, layer.integers([stride[0]]))
        }
    }
}

extension ONNXLayer {
    /// The axes of a batch with channels last, and with channels first again.
    static func channelsFirst(_ axes: Int) -> [Int] { [0, axes + 1] + Array(1...axes) }
    static func channelsLast(_ axes: Int) -> [Int] { [0] + Array(2...axes + 1) + [1] }

    /// A convolution of a value with channels last.
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
}

@Sendable private func conv1d(_ layer: ONNXLayer, _ x: ONNXSignal) throws -> ONNXSignal {
    let spec: Conv1D.Spec = try layer.spec()
    let window = ONNXWindow(
        kernel: [spec.kernel], stride: [spec.stride], dilation: [spec.dilation], padding: spec.padding)
    let y = try layer.convolve(layer.masked(x), x, window, groups: spec.groups)
    var result = x.with(layer.activate(y, spec.activation), shape: try layer.plannedShape(x))
    result.lengths = x.lengths.map { window.lengths($0, layer) }
    return result
}

@Sendable private func conv2d(_ layer: ONNXLayer, _ x: ONNXSignal) throws -> ONNXSignal {
    let spec: Conv2D.Spec = try layer.spec()
    let window = ONNXWindow(
        kernel: spec.kernel.axes, stride: spec.stride.axes, dilation: spec.dilation.axes,
        padding: spec.padding)
    let y = try layer.convolve(x.value, x, window, groups: spec.groups)
    return ONNXSignal(layer.activate(y, spec.activation), shape: try layer.plannedShape(x))
}
