import Autograd
import Configuration

/// The options of a layer, in a config or in Swift, with its output shape and cost for an input shape.
///
/// Shapes omit the batch axis: [200, 40] is a sequence of 200 steps with 40 channels, [300, 300, 3] an image, [128] a
/// vector.
public protocol LayerSpec: TaggedOptions {
    /// Returns the output shape and the cost for an input shape, without creating the layer.
    func plan(_ input: [Int]) throws(LayerError) -> LayerPlan
    /// Creates the layer for an input shape that `plan` has accepted, with initial weights drawn from `generator`.
    func make(_ input: [Int], _ generator: RandomGenerator) throws(LayerError) -> any Layer
}

extension LayerSpec {
    /// Returns the plan. Throws if the input or the layer is too large for any memory.
    public func checkedPlan(_ input: [Int]) throws(LayerError) -> LayerPlan {
        guard input.allSatisfy({ 0...LayerPlan.most ~= $0 }), product(input) <= LayerPlan.most else {
            throw LayerError(
                "\(typeName) cannot take an input of shape \(input): sizes must be at least 0, and an example has at most "
                    + "\(LayerPlan.most) values")
        }
        let plan = try plan(input)
        try plan.check(typeName)
        return plan
    }

    /// Returns the error for an input without the required axes.
    func needs(_ axes: String, _ input: [Int]) -> LayerError {
        LayerError("\(Self.type) expects an input of shape [\(axes)], found \(input)")
    }
}
