/// The elements of an axis to select, like NumPy's `start:stop:step`. `stop` is excluded, negative positions count
/// from the end, positions outside the axis are clipped, and a negative step reverses the order.
public struct AxisSlice: Sendable, Equatable {
    /// The first position, or nil for the first element in the direction of the step.
    public var start: Int?
    /// The position to stop before, or nil for all remaining elements.
    public var stop: Int?
    /// The step, which must not be 0.
    public var step: Int

    /// Selects every `step`th element from `start` up to `stop`, which is excluded.
    public init(start: Int? = nil, stop: Int? = nil, step: Int = 1) {
        self.start = start
        self.stop = stop
        self.step = step
    }

    /// Selects the whole axis.
    public static let all = AxisSlice()

    /// Returns the first position and the number of elements for an axis of the given size.
    func resolved(_ size: Int) -> (start: Int, count: Int) {
        require(step != 0, "slice: the step must not be 0")
        let range = step > 0 ? 0...size : -1...(size - 1)
        func clip(_ position: Int) -> Int {
            Swift.min(
                Swift.max(position < 0 ? position + size : position, range.lowerBound), range.upperBound)
        }
        let first = start.map(clip) ?? (step > 0 ? 0 : size - 1)
        let end = stop.map(clip) ?? (step > 0 ? size : -1)
        let distance = step > 0 ? end - first : first - end
        let width = step.magnitude
        return (first, distance <= 0 ? 0 : Int((UInt(distance) - 1) / width) + 1)
    }
}

/// A type that can be used in `tensor[...]`: `AxisSlice` and integer ranges.
public protocol AxisSliceConvertible {
    /// The selected elements of an axis.
    var axisSlice: AxisSlice { get }
}

extension AxisSlice: AxisSliceConvertible {
    /// The slice itself.
    public var axisSlice: AxisSlice { self }
}
extension Range: AxisSliceConvertible where Bound == Int {
    /// `2..<5`, or `-3 ..< -1` counted from the end.
    public var axisSlice: AxisSlice { AxisSlice(start: lowerBound, stop: upperBound) }
}
extension ClosedRange: AxisSliceConvertible where Bound == Int {
    /// A closed range. `0...(-1)` extends to the end of the axis.
    public var axisSlice: AxisSlice {
        AxisSlice(start: lowerBound, stop: upperBound == -1 ? nil : upperBound + 1)
    }
}
extension PartialRangeFrom: AxisSliceConvertible where Bound == Int {
    /// From a position to the end of the axis.
    public var axisSlice: AxisSlice { AxisSlice(start: lowerBound) }
}
extension PartialRangeUpTo: AxisSliceConvertible where Bound == Int {
    /// From the first element up to a position, which is excluded.
    public var axisSlice: AxisSlice { AxisSlice(stop: upperBound) }
}
extension PartialRangeThrough: AxisSliceConvertible where Bound == Int {
    /// From the first element through a position, which is included.
    public var axisSlice: AxisSlice { AxisSlice(stop: upperBound == -1 ? nil : upperBound + 1) }
}

extension Tensor {
    /// Selects elements with one slice per axis, starting with the first axis. Axes without a slice are kept whole.
    public func slice(_ slices: [AxisSlice]) -> Tensor {
        require(slices.count <= rank, "slice: \(slices.count) slices for shape \(shape)")
        let box = Box(shape, slices)
        if box.isWhole { return self }
        let old = shape
        return record("slice", inputs: [self], output: strided(box.shape, box.strides, offset: box.offset)) {
            cotangent, _ in [box.gradient(cotangent, old)]
        }
    }

    /// Selects elements along one axis with a slice.
    public func slice(axis: Int, start: Int? = nil, stop: Int? = nil, step: Int = 1) -> Tensor {
        slice(axis: axis, AxisSlice(start: start, stop: stop, step: step))
    }

    /// Selects elements along one axis with a range: `x.slice(axis: 1, 2..<5)`, `x.slice(axis: 0, (-3)...)`.
    public func slice(axis: Int, _ range: some AxisSliceConvertible) -> Tensor {
        let axis = shape.axis(axis, "slice")
        return slice(Array(repeating: .all, count: axis) + [range.axisSlice])
    }

    /// Selects elements with one range per axis: `x[0..<2, 1...]`, `x[AxisSlice(step: -1)]`. Axes without a range
    /// are kept whole.
    public subscript(ranges: any AxisSliceConvertible...) -> Tensor { slice(ranges.map(\.axisSlice)) }

    /// Selects one position along an axis and removes the axis. A negative position counts from the end.
    public func select(axis: Int, index: Int) -> Tensor {
        let axis = shape.axis(axis, "select")
        let size = shape[axis]
        require(
            index >= -size && index < size,
            "select: index \(index) of axis \(axis) is outside shape \(shape); allowed: \(-size)..<\(size)")
        let position = index < 0 ? index + size : index
        let box = Box(
            shape, Array(repeating: .all, count: axis) + [AxisSlice(start: position, stop: position + 1)])
        let old = shape
        let part = strided(box.shape, box.strides, offset: box.offset)
        let output = Tensor(shape: shape.reduced(over: [axis], keepDims: false), storage: part.storage)
        return record("select", inputs: [self], output: output) { cotangent, _ in
            [box.gradient(Tensor(shape: box.shape, storage: cotangent.storage), old)]
        }
    }

    /// Pads with a constant: `before[i]` elements before axis i and `after[i]` after it.
    public func padded(before: [Int], after: [Int], value: Real = 0) -> Tensor {
        require(
            before.count == rank && after.count == rank && (before + after).allSatisfy { $0 >= 0 },
            "padded: before \(before) and after \(after) for shape \(shape); expected one value of at least 0 per axis"
        )
        let shape = self.shape
        let larger = shape.indices.map { axis in
            let (front, a) = before[axis].addingReportingOverflow(shape[axis])
            let (size, b) = front.addingReportingOverflow(after[axis])
            require(!a && !b, "padded: before \(before) and after \(after) make shape \(shape) too large")
            return size
        }
        if larger == shape { return self }
        return record("pad", inputs: [self], output: placed(in: larger, at: before, around: value)) {
            cotangent, _ in
            let strides = larger.strides
            return [
                cotangent.strided(shape, strides, offset: zip(before, strides).reduce(0) { $0 + $1.0 * $1.1 })
            ]
        }
    }

    /// Pads one axis with a constant.
    public func padded(axis: Int, before: Int = 0, after: Int = 0, value: Real = 0) -> Tensor {
        let axis = shape.axis(axis, "padded")
        var (left, right) = (shape.map { _ in 0 }, shape.map { _ in 0 })
        left[axis] = before
        right[axis] = after
        return padded(before: left, after: right, value: value)
    }
}

/// Slices resolved against a shape.
private struct Box {
    var shape: [Int]
    var start: [Int]
    var steps: [Int]
    /// The strides of the traversal of the larger tensor.
    var strides: [Int]
    var offset: Int
    let isWhole: Bool

    init(_ shape: [Int], _ slices: [AxisSlice]) {
        self.shape = shape
        start = shape.map { _ in 0 }
        steps = shape.map { _ in 1 }
        strides = shape.strides
        offset = 0
        for (axis, slice) in slices.enumerated() {
            (start[axis], self.shape[axis]) = slice.resolved(shape[axis])
            // Zero or one element needs no step, so the gradient need not be cleared first.
            steps[axis] = self.shape[axis] > 1 ? slice.step : 1
            if self.shape[axis] == 0 { start[axis] = 0 }
            offset += start[axis] * strides[axis]
            strides[axis] *= steps[axis]
        }
        isWhole = self.shape == shape && steps.allSatisfy { $0 == 1 }
    }

    /// Places the cotangent of the selected elements into zeros of the whole shape.
    func gradient(_ cotangent: Tensor, _ whole: [Int]) -> Tensor {
        steps.allSatisfy { $0 == 1 }
            ? cotangent.placed(in: whole, at: start, around: 0)
            : cotangent.spread(in: whole, strides, offset: offset)
    }
}
