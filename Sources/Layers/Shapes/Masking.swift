import Autograd
import Configuration

/// Detects the length of each sequence: steps at the end that contain only the mask value are padding.
public typealias Masking = FunctionLayer<MaskingSpec>

/// The options of `Masking` (Keras' layer of that name): [time, ...]; the shape is kept.
public struct MaskingSpec: FunctionSpec {
    public var value = 0.0

    public static let type = "masking"
    public static let summary = "Masking: treats trailing steps whose elements all equal `value` as padding."
    public static let fields: [Field<Self>] = [
        .init("value", \.value, "Value of all elements of a padding step.")
    ]

    public init() {}

    public func plan(_ input: [Int]) throws(LayerError) -> LayerPlan {
        guard input.count >= 2 else { throw needs("time, channels", input) }
        return LayerPlan(output: input, kept: 0)
    }

    public func apply(_ x: Signal, _ pass: Pass) -> Signal {
        let (steps, width) = (x.tensor.shape[1], x.tensor.shape[2...].reduce(1, *))
        let value = Real(value)
        let lengths = x.tensor.withElements { p in
            (0..<x.tensor.shape[0]).map { row in
                var length = x.lengths?[row] ?? steps
                while length > 0 {
                    let step = (row * steps + length - 1) * width
                    if (step..<step + width).contains(where: { p[$0] != value }) { break }
                    length -= 1
                }
                return length
            }
        }
        return Signal(x.tensor, lengths: lengths)
    }
}
