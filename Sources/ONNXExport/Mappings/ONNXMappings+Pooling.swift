import Layers

extension ONNXMappings {
    /// Max and average pooling, local and global, and statistics pooling.
    func addingPooling() -> ONNXMappings {
        adding(Pool1D.Spec.self, pool1d).adding(Pool2D.Spec.self, pool2d).adding(
            GlobalPool.Spec.self, globalPool)
    }
}

extension ONNXLayer {
    fileprivate func pool(_ x: ONNXSignal, _ kind: PoolKind, _ window: ONNXWindow) throws -> String {
        let axes = window.kernel.count
        var attributes = try window.attributes(
            self, sizes: Array(x.shape.prefix(axes)), isOpen: x.hasAnySteps)
        if kind == .average { attributes.append(("count_include_pad", .integer(0))) }
        let turned = transpose(x.value, Self.channelsFirst(axes))
        let pooled = node(kind == .max ? "MaxPool" : "AveragePool", [turned], attributes)[0]
        return transpose(pooled, Self.channelsLast(axes))
    }

    /// Adds pooling over the valid steps and computes the output lengths.
    fileprivate func pooling(_ x: ONNXSignal, _ kind: PoolKind, _ window: ONNXWindow) throws -> ONNXSignal {
        var result = x.with("", shape: try plannedShape(x))
        result.lengths = x.lengths.map { window.lengths($0, self) }
        // Valid windows lie inside the sequence.
        if window.padding == .valid {
            result.value = try pool(x, kind, window)
            return result
        }
        var inner = window
        let (input, mask) = surrounded(x, &inner, hidden: kind == .max ? -.infinity : 0)
        result.value = try pool(input, kind, inner)
        if let mask, kind == .average {
            // The average of the valid steps: that of all steps, divided by the valid fraction, which is not 0 for valid windows.
            var there = cast(mask, to: .float)
            if x.shape.count > 2 { there = node("Expand", there, node("Shape", input.value)) }
            let part = try pool(input.with(there), kind, inner)
            result.value = node("Div", result.value, node("Max", part, number(1e-9)))
        }
        return result
    }

    /// Averages each channel over all valid steps, or over height and width.
    func average(_ x: ONNXSignal) -> ONNXSignal {
        let axes = Array(1..<x.shape.count)
        let shape = [x.shape[x.shape.count - 1]]
        guard let lengths = x.lengths else {
            return ONNXSignal(reduce("ReduceMean", x.value, axes: axes), shape: shape)
        }
        let sum = reduce("ReduceSum", masked(x), axes: axes)
        let places = x.shape[1..<x.shape.count - 1].reduce(1, *)
        var count = node("Max", lengths.counted(x, self), integers([1]))
        if places != 1 { count = node("Mul", count, integers([places])) }
        let divisor = node("Unsqueeze", cast(count, to: .float), integers([1]))
        return ONNXSignal(node("Div", sum, divisor), shape: shape)
    }

    /// Returns the maximum of each channel over all valid steps, or over height and width; 0 without valid steps.
    fileprivate func largest(_ x: ONNXSignal) -> ONNXSignal {
        let axes = Array(1..<x.shape.count)
        let shape = [x.shape[x.shape.count - 1]]
        guard let lengths = x.lengths else {
            return ONNXSignal(reduce("ReduceMax", x.value, axes: axes), shape: shape)
        }
        let mask = lengths.mask(x, axes: x.shape.count - 1, self)
        let hidden = node("Where", mask, x.value, number(-.infinity))
        return ONNXSignal(withoutEmpty(reduce("ReduceMax", hidden, axes: axes), x), shape: shape)
    }

    /// Returns the mean and the standard deviation of each channel over all valid steps, or over height and width.
    fileprivate func statistics(_ x: ONNXSignal) -> ONNXSignal {
        let axes = Array(1..<x.shape.count)
        let mean = average(x)
        let centered = node("Sub", x.value, node("Unsqueeze", mean.value, integers(axes)))
        let variance = average(x.with(node("Mul", centered, centered))).value
        let deviation = node("Sqrt", node("Max", variance, number(GlobalPoolSpec.leastVariance)))
        let both = node("Concat", [mean.value, withoutEmpty(deviation, x)], [("axis", .integer(1))])[0]
        return ONNXSignal(both, shape: mean.shape.map { 2 * $0 })
    }

    /// Replaces the outputs of sequences without valid steps by 0.
    private func withoutEmpty(_ pooled: String, _ x: ONNXSignal) -> String {
        guard let lengths = x.lengths else { return pooled }
        let isEmpty = node("Equal", node("Unsqueeze", lengths.value, integers([1])), integers([0]))
        return node("Where", isEmpty, number(0), pooled)
    }
}

@Sendable private func pool1d(_ layer: ONNXLayer, _ x: ONNXSignal) throws -> ONNXSignal {
    let spec: Pool1D.Spec = try layer.spec()
    let window = ONNXWindow(
        kernel: [spec.size], stride: [spec.stride ?? spec.size], dilation: [1], padding: spec.padding)
    return try layer.pooling(x, spec.kind, window)
}

@Sendable private func pool2d(_ layer: ONNXLayer, _ x: ONNXSignal) throws -> ONNXSignal {
    let spec: Pool2D.Spec = try layer.spec()
    let window = ONNXWindow(
        kernel: spec.size.axes, stride: (spec.stride ?? spec.size).axes, dilation: [1, 1],
        padding: spec.padding)
    return try layer.pooling(x, spec.kind, window)
}

@Sendable private func globalPool(_ layer: ONNXLayer, _ x: ONNXSignal) throws -> ONNXSignal {
    let spec: GlobalPool.Spec = try layer.spec()
    return switch spec.kind {
    case .max: layer.largest(x)
    case .average: layer.average(x)
    case .statistics: layer.statistics(x)
    }
}
