import Autograd

/// The result of a gradient check: analytic gradients compared with numerical gradients, element by element.
public struct GradientReport: Error, Sendable, CustomStringConvertible {
    /// One element of an input, with its analytic and its numerical gradient.
    public struct Location: Sendable {
        /// The index of the input.
        public let input: Int
        /// The index of the element in the input.
        public let index: [Int]
        /// The gradient from the operation's gradient rule.
        public let analytic: Double
        /// The gradient from finite differences of the function.
        public let numeric: Double
        /// The allowed difference for this element.
        public let tolerance: Double

        /// The difference between both gradients.
        public var error: Double {
            analytic.isFinite && numeric.isFinite ? Swift.abs(analytic - numeric) : .infinity
        }
    }

    /// The name of the checked function.
    public let name: String
    /// The number of elements compared.
    public internal(set) var checked = 0
    /// The number of elements that differ by more than their tolerance.
    public internal(set) var wrong = 0
    /// The element with the largest difference relative to its tolerance.
    public internal(set) var worst: Location?
    /// Other problems, such as missing history or a rule whose result depends on which gradients are requested.
    public internal(set) var problems: [String] = []

    /// Whether the check passed.
    public var isCorrect: Bool { wrong == 0 && problems.isEmpty }

    /// A summary, the worst element and other problems.
    public var description: String {
        var lines = [
            isCorrect
                ? "gradient of \(name): correct at all \(checked) elements"
                : "gradient of \(name): wrong at \(wrong) of \(checked) elements"
        ]
        if let worst {
            lines.append(
                "  worst: input \(worst.input) at \(worst.index): analytic \(worst.analytic), numerical "
                    + "\(worst.numeric), error \(worst.error), allowed \(worst.tolerance)")
        }
        return (lines + problems.map { "  \($0)" }).joined(separator: "\n")
    }

    mutating func add(_ place: Location) {
        checked += 1
        let isWrong = !(place.error <= place.tolerance)
        if isWrong { wrong += 1 }
        if worst.map({ place.error / place.tolerance > $0.error / $0.tolerance }) ?? true { worst = place }
    }
}

/// Checks the gradient rule of a function against finite differences.
///
///     let x = Tensor([0.5, -1, 2], shape: [3])
///     try checkGradient("cube", at: [x]) { cube($0[0]) }
///
/// The differentiated scalar is the sum of the outputs times fixed random cotangents. Each element of each input is
/// perturbed in both directions. The rule also runs with each input tracked alone and with each output used alone,
/// because shortcuts in these cases must give the same gradient.
///
/// The function must be smooth at the inputs (no ties in a maximum, no zero in `relu`) and deterministic (create
/// random generators inside it).
///
/// - Parameters:
///   - name: The name in the report.
///   - inputs: The tensors at which to check.
///   - tolerance: The relative tolerance of a gradient. The default is 1e-6 for Double and 1e-2 for Float. The
///     rounding error of the function's values is added.
///   - step: The perturbation of an element, relative to its magnitude if that is above 1.
///   - function: The operation to check.
/// - Returns: The report.
/// - Throws: The `GradientReport` if a gradient is wrong. Its description names the worst element.
@discardableResult
public func checkGradient(
    _ name: String = "function", at inputs: [Tensor], tolerance: Double? = nil, step: Double? = nil,
    function: @escaping ([Tensor]) -> [Tensor]
) throws(GradientReport) -> GradientReport {
    let check = GradientCheck(
        tolerance: tolerance ?? (Real.self == Double.self ? 1e-6 : 1e-2),
        step: step ?? (Real.self == Double.self ? 1e-4 : 2e-2), function: function)
    let report = check.run(name, at: inputs)
    if !report.isCorrect { throw report }
    return report
}

/// Checks the gradient rule of a function with one output. See the overload for several outputs.
@discardableResult
public func checkGradient(
    _ name: String = "function", at inputs: [Tensor], tolerance: Double? = nil, step: Double? = nil,
    function: @escaping ([Tensor]) -> Tensor
) throws(GradientReport) -> GradientReport {
    try checkGradient(name, at: inputs, tolerance: tolerance, step: step) { [function($0)] }
}

private struct GradientCheck {
    let tolerance: Double
    let step: Double
    let function: ([Tensor]) -> [Tensor]

    func run(_ name: String, at inputs: [Tensor]) -> GradientReport {
        var report = GradientReport(name: name)
        let inputs = inputs.map(\.detached)
        let parameters = inputs.map { Parameter($0) }
        let outputs = function(parameters.map(\.tensor))
        let generator = RandomGenerator(seed: 7)
        let cotangents = outputs.map { output in
            Tensor(shape: output.shape) { p in
                for i in 0..<output.count {
                    let size = 0.5 + generator.uniform()
                    p[i] = Real(generator.below(2) == 0 ? size : -size)
                }
            }
        }
        let tracked = outputs.indices.filter { outputs[$0].isTracked }
        guard !tracked.isEmpty else {
            report.problems.append("no output has history: the operation is not recorded")
            return report
        }
        let gradients = backward(tracked.map { (outputs[$0], cotangents[$0]) })
        let analytic = zip(parameters, inputs).map { gradients[$0] ?? zeros($1.shape) }

        compare(analytic, with: inputs, cotangents, &report)
        checkShortcuts(analytic, at: inputs, cotangents, &report)
        return report
    }

    private func compare(
        _ analytic: [Tensor], with inputs: [Tensor], _ cotangents: [Tensor], _ report: inout GradientReport
    ) {
        for input in inputs.indices {
            let found = analytic[input].array.map { Double($0) }
            let largest = found.reduce(0) { $1.isFinite ? Swift.max($0, Swift.abs($1)) : $0 }
            for at in found.indices {
                // A step that crosses a kink or is too large for the curvature is replaced by smaller ones.
                var best: GradientReport.Location?
                for step in [step, step / 10, step / 100] {
                    let (numeric, noise) = difference(inputs, input, at, step, cotangents)
                    let size = [found[at], numeric].reduce(0.01 * largest) {
                        $1.isFinite ? Swift.max($0, Swift.abs($1)) : $0
                    }
                    let place = GradientReport.Location(
                        input: input, index: index(at, in: inputs[input].shape), analytic: found[at],
                        numeric: numeric, tolerance: tolerance * size + noise + Double.leastNormalMagnitude)
                    if best.map({ place.error / place.tolerance < $0.error / $0.tolerance }) ?? true {
                        best = place
                    }
                    if place.error <= place.tolerance { break }
                }
                if let best { report.add(best) }
            }
        }
    }

    /// Returns the derivative from central differences with two step sizes, extrapolated to step size 0, and the
    /// error that the rounding of the function's values may cause.
    private func difference(
        _ inputs: [Tensor], _ input: Int, _ at: Int, _ step: Double, _ cotangents: [Tensor]
    ) -> (value: Double, noise: Double) {
        let center = inputs[input].withElements { Double($0[at]) }
        let width = step * Swift.max(1, Swift.abs(center))
        var magnitude = 0.0
        func slope(_ width: Double) -> Double {
            let above = Real(center + width)
            let below = Real(center - width)
            var values: [Double] = []
            for moved in [above, below] {
                var changed = inputs
                changed[input].modify { $0[at] = moved }
                let (value, size) = total(function(changed), cotangents)
                values.append(value)
                magnitude = Swift.max(magnitude, size)
            }
            return (values[0] - values[1]) / (Double(above) - Double(below))
        }
        let (wide, narrow) = (slope(width), slope(width / 2))
        return ((4 * narrow - wide) / 3, 2 * Double(Real.ulpOfOne) * magnitude / width)
    }

    private func total(_ outputs: [Tensor], _ cotangents: [Tensor]) -> (value: Double, magnitude: Double) {
        var value = 0.0
        var magnitude = 0.0
        for (output, cotangent) in zip(outputs, cotangents) {
            for (a, b) in zip(output.array, cotangent.array) {
                let product = Double(a) * Double(b)
                value += product
                magnitude += Swift.abs(product)
            }
        }
        return (value, magnitude)
    }

    /// The rule must return the same gradient for an input that is tracked alone, and for each output if the others
    /// are unused.
    private func checkShortcuts(
        _ analytic: [Tensor], at inputs: [Tensor], _ cotangents: [Tensor], _ report: inout GradientReport
    ) {
        func compare(_ got: Tensor, _ input: Int, _ when: String) {
            let scale = analytic[input].array.reduce(0) { Swift.max($0, Swift.abs($1)) }
            let allowed = Closeness(
                relative: 0, absolute: (Real.self == Double.self ? 1e-12 : 1e-5) * Double(Swift.max(scale, 1))
            )
            if let difference = allowed.difference(got, analytic[input]) {
                report.problems.append("input \(input) \(when):\n\(difference)")
            }
        }
        if inputs.count > 1 {
            for alone in inputs.indices {
                let parameter = Parameter(inputs[alone])
                var mixed = inputs
                mixed[alone] = parameter.tensor
                let pairs = zip(function(mixed), cotangents).filter { $0.0.isTracked }.map { ($0, $1) }
                let gradient = pairs.isEmpty ? nil : backward(pairs)[parameter]
                compare(
                    gradient ?? zeros(inputs[alone].shape), alone, "has a different gradient if tracked alone"
                )
            }
        }
        if cotangents.count > 1 {
            var sums = inputs.map { zeros($0.shape) }
            for alone in cotangents.indices {
                let parameters = inputs.map { Parameter($0) }
                let output = function(parameters.map(\.tensor))[alone]
                guard output.isTracked else { continue }
                let gradients = output.backward(cotangents[alone])
                for i in inputs.indices {
                    guard let gradient = gradients[parameters[i]] else { continue }
                    sums[i].modify { sum in
                        gradient.withElements { g in for k in 0..<gradient.count { sum[k] += g[k] } }
                    }
                }
            }
            for i in inputs.indices {
                compare(
                    sums[i], i,
                    "has a different gradient if each output is used alone and the results are added")
            }
        }
    }
}

private func zeros(_ shape: [Int]) -> Tensor {
    let count = shape.reduce(1, *)
    return Tensor(shape: shape) { $0.update(repeating: 0, count: count) }
}

/// Converts a row-major position to an index.
func index(_ position: Int, in shape: [Int]) -> [Int] {
    var rest = position
    var result: [Int] = []
    for size in shape.reversed() where size > 0 {
        result.append(rest % size)
        rest /= size
    }
    return result.reversed()
}
