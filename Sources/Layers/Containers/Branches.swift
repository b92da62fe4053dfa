import Autograd
import Configuration

/// Parallel layers on the same input, with their outputs merged.
public final class Branches: Layer {
    /// The options: any input that fits all branches; the output is that of `join`.
    public struct Spec: LayerSpec {
        public var branches: [AnyLayer] = []
        public var join = Joining.concatenate

        public static let type = "parallel"
        public static let summary = "Parallel layers on the same input, with their outputs merged."
        public static let fields: [Field<Self>] = [
            .init("branches", \.branches, "Layers that all receive the same input.", .required, .notEmpty),
            .init("join", \.join, "How to merge the outputs."),
        ]

        public init() {}
        /// Creates the options from the branches.
        public init(_ branches: [any LayerSpec], join: Joining = .concatenate) {
            self.branches = branches.map { AnyLayer($0) }
            self.join = join
        }

        public func plan(_ input: [Int]) throws(LayerError) -> LayerPlan {
            var whole = try branches.parallelPlan(input, key: "branches")
            whole.output = try join.shape(whole.parts.map(\.plan.output))
            return whole
        }

        public func make(_ input: [Int], _ generator: RandomGenerator) throws(LayerError) -> any Layer {
            _ = try plan(input)
            return Branches(self, try branches.parallelLayers(input, generator, key: "branches"))
        }
    }

    private let options: Spec
    /// The branches, named "0", "1", ... within the names of parameters.
    public let branches: [any Layer]

    public var spec: any LayerSpec { options }
    public var members: [Member] { branches.enumerated().map { .layer(String($0), $1) } }

    init(_ spec: Spec, _ branches: [any Layer]) { (options, self.branches) = (spec, branches) }

    public func forward(_ x: Signal, _ pass: Pass) -> Signal {
        let x = x.cleaned
        return options.join.join(branches.map { pass.run($0, x) })
    }
}
