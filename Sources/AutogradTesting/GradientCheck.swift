import Autograd

/// What a gradient check found, element by element compared with differences of the function's values.
public struct GradientReport: Error, Sendable, CustomStringConvertible {
    /// One element of one input, and its gradient found in both ways.
    public struct Place: Sendable {
        /// The number of the input.
        public let input: Int
        /// Where in the input.
        public let index: [Int]
        /// What the operation's gradient rule says.
        public let analytic: Double
        /// What differences of the function's values say.
        public let numeric: Double
        /// How far apart they may be here.
        public let tolerance: Double

        /// How far apart they are.
        public var error: Double {
            analytic.isFinite && numeric.isFinite ? Swift.abs(analytic - numeric) : .infinity
        }
    }

    /// The name given to the check.
    public let name: String
    /// The elements compared.
    public internal(set) var checked = 0
    /// The elements that differ by more than their tolerance.
    public internal(set) var wrong = 0
    /// The element that is furthest from its tolerance, or closest to it where all are right.
    public internal(set) var worst: Place?
    /// What else is wrong: a missing history, or a rule that gives other numbers when fewer are asked for.
    public internal(set) var problems: [String] = []

    /// Whether nothing was found.
    public var isCorrect: Bool { wrong == 0 && problems.isEmpty }

    /// What was compared, the worst place, and what else is wrong.
    public var description: String {
        var lines = [
            isCorrect
                ? "gradient of \(name): right at all \(checked) elements"
                : "gradient of \(name): wrong at \(wrong) of \(checked) elements"
        ]
        if let worst {
            lines.append(
                "  worst: input \(worst.input) at \(worst.index): analytic \(worst.analytic), numeric "
                    + "\(worst.numeric), error \(worst.error), allowed \(worst.tolerance)")
        }
        return (lines + problems.map { "  \($0)" }).joined(separator: "\n")
    }

    mutating func add(_ place: Place) {
        checked += 1
        let isWrong = !(place.error <= place.tolerance)
        if isWrong { wrong += 1 }
        if worst.map({ place.error / place.tolerance > $0.error / $0.tolerance }) ?? true { worst = place }
    }
}

/// Checks the gradient of a function of several tensors against differences of its values.
///
///     let x = Tensor([0.5, -1, 2], shape: [3])
///     try checkGradient("cube", at: [x]) { cube($0[0]) }
///
/// The number that is differentiated is the sum of the outputs times fixed random cotangents. Each element of each
/// input is moved a little to both sides. The rule is also run with each input tracked alone, and for each output
/// alone: a rule that takes a short cut there must give the same gradient.
///
/// The function must be smooth where it is checked (no ties under a maximum, no zero under `relu`), and give the same
/// values each time (make a random generator inside it).
///
/// - Parameters:
///   - name: shown in the report.
///   - inputs: the tensors to check at.
///   - tolerance: how far a gradient may be off, relative to its size; by default 1e-6 as Double, 1e-2 as Float. The
///     rounding of the function's values is allowed for on top.
///   - step: how far an element is moved, relative to its size where that is above 1.
///   - function: the operation.
/// - Returns: what was compared.
/// - Throws: the `GradientReport` where a gradient is wrong; its description names the worst place.
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

/// Checks the gradient of a function with one output. See the form with several outputs.
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
            report.problems.append("no output has a history: the operation is not recorded")
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
                // A step that crosses a kink or is too rough for the curve gives way to smaller ones.
                var best: GradientReport.Place?
                for step in [step, step / 10, step / 100] {
                    let (numeric, noise) = difference(inputs, input, at, step, cotangents)
                    let size = [found[at], numeric].reduce(0.01 * largest) {
                        $1.isFinite ? Swift.max($0, Swift.abs($1)) : $0
                    }
                    let place = GradientReport.Place(
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

    /// The derivative by central differences of two widths, extrapolated to width 0, and how far rounding of the
    /// function's values may have moved it.
    private func difference(
        _ inputs: [Tensor], _ input: Int, _ at: Int, _ step: Double, _ cotangents: [Tensor]
    ) -> (value: Double, noise: Double) {
        let centre = inputs[input].withElements { Double($0[at]) }
        let width = step * Swift.max(1, Swift.abs(centre))
        var magnitude = 0.0
        func slope(_ width: Double) -> Double {
            let above = Real(centre + width)
            let below = Real(centre - width)
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

    /// The rule must say the same of an input when it is the only one that is asked for, and of each output when the
    /// others are not used.
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
                compare(gradient ?? zeros(inputs[alone].shape), alone, "tracked alone has another gradient")
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
                    "has another gradient when each output is used alone and the results are added")
            }
        }
    }
}

private func zeros(_ shape: [Int]) -> Tensor {
    let count = shape.reduce(1, *)
    return Tensor(shape: shape) { $0.update(repeating: 0, count: count) }
}

/// The place of an element in a shape, from its position in row-major order.
func index(_ position: Int, in shape: [Int]) -> [Int] {
    var rest = position
    var result: [Int] = []
    for size in shape.reversed() where size > 0 {
        result.append(rest % size)
        rest /= size
    }
    return result.reversed()
}
