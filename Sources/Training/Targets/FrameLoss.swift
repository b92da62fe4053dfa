import Autograd
import Configuration
import Layers

/// The loss of a classification of frames: that of the labeled steps, as if each were an example.
///
/// The outputs are [batch, steps, classes]. The targets are values, [batch, steps]: the class of each step, or NaN without a label.
public struct FrameLoss: LossSpec {
    public static let type = "frames"
    public static let summary = "The loss of the labeled frames."
    public static let fields: [Field<Self>] = []

    private var base: any LossSpec = CrossEntropyLoss()

    public init() {}

    /// Creates the loss of frames from a loss of classes.
    public init(_ base: any LossSpec) { self.base = base }

    public var hasAccuracy: Bool { false }

    public func each(_ outputs: Tensor, _ targets: Targets) -> Tensor {
        mean(outputs, targets) + Tensor.zeros([outputs.shape.first ?? 1])
    }

    public func mean(_ outputs: Tensor, _ targets: Targets) -> Tensor { mean(Signal(outputs), targets) }

    public func mean(_ outputs: Signal, _ targets: Targets) -> Tensor {
        guard let found = Self.labeled(outputs, targets) else { return (outputs.cleaned.tensor * 0).sum() }
        return base.mean(found.outputs, .classes(found.classes))
    }

    public func weight(_ outputs: Tensor, _ targets: Targets) -> Double {
        Self.labeled(Signal(outputs), targets).map { base.weight($0.outputs, .classes($0.classes)) } ?? 0
    }

    /// The outputs of the labeled steps, [labeled, classes], and their classes; nil if there are none.
    private static func labeled(
        _ outputs: Signal, _ targets: Targets
    ) -> (outputs: Tensor, classes: Indices)? {
        guard case .values(let values) = targets else {
            fail("frames: expected targets as values, found classes")
        }
        let shape = outputs.tensor.shape
        require(
            shape.count == 3 && values.shape == Array(shape.prefix(2)),
            "frames: targets of shape \(values.shape) for outputs of shape \(shape); expected [batch, steps] and [batch, steps, classes]"
        )
        let (numbers, steps) = (values.array, shape[1])
        let places = numbers.indices.filter { place in
            !numbers[place].isNaN && place % steps < outputs.lengths?[place / steps] ?? steps
        }
        guard !places.isEmpty else { return nil }
        return (
            outputs.tensor.reshaped([shape[0] * steps, shape[2]]).indexSelected(Indices(places), axis: 0),
            Indices(places.map { Int(numbers[$0]) })
        )
    }
}
