/// A value of the graph that stands for a batch of tensors, with what is known of it.
public struct ONNXSignal {
    /// Its name in the graph.
    public var value: String
    /// Its shape without the batch axis, as the model was planned.
    public var shape: [Int]
    /// Whether the first axis, time, may have another size than `shape` says.
    public var hasAnySteps: Bool
    /// Valid steps of each sequence; nil where all are, or where there is no time axis.
    public var lengths: ONNXLengths?

    /// A value with its shape; without lengths where it has no time axis or all steps count.
    public init(_ value: String, shape: [Int], hasAnySteps: Bool = false, lengths: ONNXLengths? = nil) {
        (self.value, self.shape, self.hasAnySteps, self.lengths) = (value, shape, hasAnySteps, lengths)
    }

    /// Another value that has the same time axis.
    public func with(_ value: String, shape: [Int]? = nil) -> ONNXSignal {
        var other = self
        (other.value, other.shape) = (value, shape ?? self.shape)
        return other
    }

    /// The sizes for a Reshape that keeps batch and time: 0 stands for the size as it is.
    var keptSizes: [Int] { [0, hasAnySteps ? 0 : shape[0]] }
}

/// The valid steps of each sequence, as a value of whole numbers of shape [batch]. It is added to the graph only when
/// something asks for it, and once.
public final class ONNXLengths {
    private let make: () -> String
    private var made: String?
    private var limited: String?
    private var narrow: String?
    private var masks: [Int: String] = [:]

    /// Lengths that `make` adds to the graph.
    public init(_ make: @escaping () -> String) { self.make = make }

    /// The name of the value.
    public var value: String {
        let value = made ?? make()
        made = value
        return value
    }

    /// The valid steps of a signal with these lengths, at most as many as it has.
    public func counted(_ x: ONNXSignal, _ layer: ONNXLayer) -> String {
        if let limited { return limited }
        let steps = x.hasAnySteps ? layer.stepCount(x) : layer.integers([x.shape[0]])
        let value = layer.node("Min", self.value, steps)
        limited = value
        return value
    }

    /// The same as 32-bit numbers.
    func int32(_ x: ONNXSignal, _ layer: ONNXLayer) -> String {
        let value = narrow ?? layer.cast(counted(x, layer), to: .int32)
        narrow = value
        return value
    }

    /// True where a step is valid: [batch, time], then `axes` axes of size 1.
    func mask(_ x: ONNXSignal, axes: Int, _ layer: ONNXLayer) -> String {
        if let mask = masks[axes] { return mask }
        let mask: String
        if axes == 0 {
            let column = layer.node("Unsqueeze", value, layer.integers([1]))
            mask = layer.node("Less", layer.stepNumbers(x), column)
        } else {
            let rest = Array(2..<2 + axes)
            mask = layer.node("Unsqueeze", self.mask(x, axes: 0, layer), layer.integers(rest))
        }
        masks[axes] = mask
        return mask
    }
}
