import Autograd
import Configuration

/// Layers side by side on the same input, their outputs put together.
public final class Branches: Layer {
    /// The options: any input that all branches take; the output has the shape that `join` makes of theirs.
    public struct Spec: LayerSpec {
        public var branches: [AnyLayer] = []
        public var join = Joining.concatenate

        public static let type = "parallel"
        public static let summary = "Layers side by side, their outputs put together."
        public static let fields: [Field<Self>] = [
            .init("branches", \.branches, "The layers; each gets the same input.", .required, .notEmpty),
            .init("join", \.join, "How the outputs are put together."),
        ]

        public init() {}
        /// All branches get the same input.
        public init(_ branches: [any LayerSpec], join: Joining = .concatenate) {
            self.branches = branches.map { AnyLayer($0) }
            self.join = join
        }

        public func plan(_ input: [Int]) throws(ShapeProblem) -> LayerPlan {
            var whole = LayerPlan(output: [])
            for (index, branch) in branches.enumerated() {
                let plan: LayerPlan
                do { plan = try branch.value.checkedPlan(input) } catch {
                    throw error.inside("branches[\(index)]")
                }
                whole.add(
                    LayerPlan.Part(
                        name: String(index), type: Swift.type(of: branch.value).type, plan: plan,
                        place: "branches[\(index)]"))
            }
            whole.output = try join.shape(whole.parts.map(\.plan.output))
            return whole
        }

        public func make(_ input: [Int], _ generator: RandomGenerator) throws(ShapeProblem) -> any Layer {
            _ = try plan(input)
            var made: [any Layer] = []
            for (index, branch) in branches.enumerated() {
                do { made.append(try branch.value.make(input, generator.split(String(index)))) } catch {
                    throw error.inside("branches[\(index)]")
                }
            }
            return Branches(self, made)
        }
    }

    private let options: Spec
    /// In the order of the options; "0", "1", ... in the names of parameters.
    public let branches: [any Layer]

    public var spec: any LayerSpec { options }
    public var members: [Member] { branches.enumerated().map { .layer(String($0), $1) } }

    init(_ spec: Spec, _ branches: [any Layer]) { (options, self.branches) = (spec, branches) }

    public func forward(_ x: Signal, _ pass: Pass) -> Signal {
        let x = x.cleaned
        return options.join.join(branches.map { pass.run($0, x) })
    }
}
