import Autograd
import Configuration

/// Reshapes an example. Padding becomes zero; the lengths are kept if the new shape has the same number of steps.
public typealias Reshape = FunctionLayer<ReshapeSpec>

/// The options of `Reshape`: any shape to one of the same size.
public struct ReshapeSpec: FunctionSpec {
    public var shape: [Int] = []

    public static let type = "reshape"
    public static let summary = "Reshapes an example."
    public static let fields: [Field<Self>] = [
        .init(
            "shape", \.shape, "Output shape without the batch axis; one size may be -1, which is inferred.",
            .required, .atLeast(-1))
    ]

    public init() {}
    /// Creates the options from the output shape without the batch axis; one size may be -1, which is inferred.
    public init(_ shape: [Int]) { self.shape = shape }

    public var validationIssues: [ValidationIssue] {
        shape.filter { $0 == -1 }.count > 1 ? [ValidationIssue("shape", "only one size may be -1")] : []
    }

    public func plan(_ input: [Int]) throws(LayerError) -> LayerPlan {
        guard let output = filled(input) else {
            throw LayerError(
                "reshape cannot convert \(input) to \(shape): the product of the sizes must remain \(product(input))"
            )
        }
        return LayerPlan(output: output, kept: 0)
    }

    public func apply(_ x: Signal, _ pass: Pass) -> Signal {
        let input = Array(x.tensor.shape.dropFirst())
        guard let output = filled(input) else { fail("reshape: cannot convert \(input) to \(shape)") }
        let y = x.masked.reshaped([x.tensor.shape[0]] + output)
        return Self.keepsSteps(input, output) ? x.withClean(y) : Signal(y)
    }

    /// Whether both shapes have a time axis with the same number of steps.
    public static func keepsSteps(_ input: [Int], _ output: [Int]) -> Bool {
        input.count > 1 && output.count > 1 && input[0] == output[0]
    }

    /// Returns the shape with the inferred size; nil if the input does not fit.
    private func filled(_ input: [Int]) -> [Int]? {
        let count = input.reduce(1, *)
        // Sizes in a config may have any magnitude.
        var known = 1
        for size in shape where size >= 0 {
            let (product, isOverflow) = known.multipliedReportingOverflow(by: size)
            if isOverflow { return nil }
            known = product
        }
        guard shape.contains(-1) else { return known == count ? shape : nil }
        guard known > 0, count % known == 0 else { return nil }
        return shape.map { $0 == -1 ? count / known : $0 }
    }
}

extension Reshape {
    /// Creates a layer from the output shape without the batch axis; one size may be -1, which is inferred.
    public convenience init(_ shape: [Int]) { self.init(Spec(shape)) }
}
