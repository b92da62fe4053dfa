import Autograd
import Configuration

/// All axes of an example as one. Padding behind a sequence's length becomes zero.
public enum Flatten {
    /// Has no options: [a, b, ...] to [a * b * ...].
    public struct Spec: FunctionSpec {
        public static let type = "flatten"
        public static let summary = "All axes of an example as one vector."
        public static let fields: [Field<Self>] = []

        public init() {}

        public func plan(_ input: [Int]) throws(ShapeProblem) -> LayerPlan {
            LayerPlan(output: [product(input)], kept: 0)
        }

        public func apply(_ x: Signal, _ pass: Pass) -> Signal {
            let shape = x.tensor.shape
            return Signal(x.masked.reshaped([shape[0], shape.dropFirst().reduce(1, *)]))
        }
    }
}

/// The same elements in another shape. Padding behind a sequence's length becomes zero; the lengths stay where the new
/// shape has as many steps.
public enum Reshape {
    /// The options: any shape to another of as many numbers.
    public struct Spec: FunctionSpec {
        public var shape: [Int] = []

        public static let type = "reshape"
        public static let summary = "The same numbers in another shape."
        public static let fields: [Field<Self>] = [
            .init(
                "shape", \.shape, "The new sizes, without the batch; one may be -1 and is worked out.",
                .required, .atLeast(-1))
        ]

        public init() {}
        /// The sizes without the batch; one may be -1 and is worked out.
        public init(_ shape: [Int]) { self.shape = shape }

        public var complaints: [Complaint] {
            shape.filter { $0 == -1 }.count > 1 ? [Complaint("shape", "only one size may be -1")] : []
        }

        public func plan(_ input: [Int]) throws(ShapeProblem) -> LayerPlan {
            guard let output = filled(input) else {
                throw ShapeProblem(
                    "reshape cannot make \(shape) of the \(product(input)) numbers of \(input); the sizes have to multiply to as many"
                )
            }
            return LayerPlan(output: output, kept: 0)
        }

        public func apply(_ x: Signal, _ pass: Pass) -> Signal {
            let input = Array(x.tensor.shape.dropFirst())
            guard let output = filled(input) else { fail("reshape: \(shape) of an input of \(input)") }
            let y = x.masked.reshaped([x.tensor.shape[0]] + output)
            return Self.keepsSteps(input, output) ? x.withClean(y) : Signal(y)
        }

        /// Whether both shapes have a time axis with as many steps.
        public static func keepsSteps(_ input: [Int], _ output: [Int]) -> Bool {
            input.count > 1 && output.count > 1 && input[0] == output[0]
        }

        /// The shape with its open size; nil where the numbers do not fill it.
        private func filled(_ input: [Int]) -> [Int]? {
            let count = input.reduce(1, *)
            // Sizes from outside may be beyond any memory.
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
}

/// Finds how long each sequence is: the steps at its end that hold one value only are padding.
public enum Masking {
    /// The options: [time, ...] in the same shape, with lengths that later layers respect (Keras' Masking).
    public struct Spec: FunctionSpec {
        public var value = 0.0

        public static let type = "masking"
        public static let summary = "Takes steps at the end that hold one value only as padding."
        public static let fields: [Field<Self>] = [.init("value", \.value, "What all of a padding step is.")]

        public init() {}

        public func plan(_ input: [Int]) throws(ShapeProblem) -> LayerPlan {
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
}

/// Forgets how long each sequence is: padding becomes zeros that count as any other step.
public enum Unmasking {
    /// Has no options: [time, ...] in the same shape, without lengths. What a model makes of padding then depends on how much there is,
    /// as it does in systems that know no masks.
    public struct Spec: FunctionSpec {
        public static let type = "unmask"
        public static let summary = "Takes padding as zeros that count, as models without masks do."
        public static let fields: [Field<Self>] = []

        public init() {}

        public func plan(_ input: [Int]) throws(ShapeProblem) -> LayerPlan {
            guard input.count >= 2 else { throw needs("time, channels", input) }
            return LayerPlan(output: input, kept: 0)
        }

        public func apply(_ x: Signal, _ pass: Pass) -> Signal { Signal(x.masked) }
    }
}

/// Halves the channels: the first half times the sigmoid of the second (Dauphin et al. 2017).
public enum GatedLinear {
    /// Has no options: [..., channels] to [..., channels / 2]; the channels have to be even in number.
    public struct Spec: FunctionSpec {
        public static let type = "glu"
        public static let summary = "The first half of the channels times the sigmoid of the second."
        public static let fields: [Field<Self>] = []

        public init() {}

        public func plan(_ input: [Int]) throws(ShapeProblem) -> LayerPlan {
            guard let channels = input.last, channels % 2 == 0 else {
                throw needs("..., an even number of channels", input)
            }
            return LayerPlan(output: input.dropLast() + [channels / 2], multiplyAdds: input.reduce(1, *) / 2)
        }

        public func apply(_ x: Signal, _ pass: Pass) -> Signal {
            let x = x.cleaned
            let halves = x.tensor.split(into: 2, axis: -1)
            return x.with(halves[0] * halves[1].sigmoid())
        }
    }
}
