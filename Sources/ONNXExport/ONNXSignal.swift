/// A value of the graph that represents a batch, with its shape and lengths.
public struct ONNXSignal {
    /// The name in the graph.
    public var value: String
    /// The shape without the batch axis, as planned by the model.
    public var shape: [Int]
    /// Whether the size of the first axis, time, is dynamic.
    public var hasAnySteps: Bool
    /// The lengths of the sequences; nil if all steps are valid or there is no time axis.
    public var lengths: ONNXLengths?

    /// Creates a signal.
    public init(_ value: String, shape: [Int], hasAnySteps: Bool = false, lengths: ONNXLengths? = nil) {
        (self.value, self.shape, self.hasAnySteps, self.lengths) = (value, shape, hasAnySteps, lengths)
    }

    /// Returns a signal with another value and the same time axis.
    public func with(_ value: String, shape: [Int]? = nil) -> ONNXSignal {
        var other = self
        (other.value, other.shape) = (value, shape ?? self.shape)
        return other
    }

    /// The sizes for a Reshape that keeps batch and time, where 0 keeps a size.
    var keptSizes: [Int] { [0, hasAnySteps ? 0 : shape[0]] }
}

/// The lengths of sequences, as integers of shape [batch]. They are added to the graph on first use.
public final class ONNXLengths {
    private let make: () -> String
    private var made: String?
    private var limited: String?
    private var narrow: String?
    private var masks: [Int: String] = [:]

    /// Creates lengths that `make` adds to the graph.
    public init(_ make: @escaping () -> String) { self.make = make }

    /// The name of the value.
    public var value: String {
        let value = made ?? make()
        made = value
        return value
    }

    /// Returns the lengths, limited to the number of steps of a signal.
    public func counted(_ x: ONNXSignal, _ layer: ONNXLayer) -> String {
        if let limited { return limited }
        let steps = x.hasAnySteps ? layer.stepCount(x) : layer.integers([x.shape[0]])
        let value = layer.node("Min", self.value, steps)
        limited = value
        return value
    }

    /// Returns the lengths as 32-bit integers.
    func int32(_ x: ONNXSignal, _ layer: ONNXLayer) -> String {
        let value = narrow ?? layer.cast(counted(x, layer), to: .int32)
        narrow = value
        return value
    }

    /// Returns the mask of valid steps: [batch, time], followed by `axes` axes of size 1.
    package func mask(_ x: ONNXSignal, axes: Int, _ layer: ONNXLayer) -> String {
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
