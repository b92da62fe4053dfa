/// Minimizes a smooth function by L-BFGS with a line search for the weak Wolfe conditions.
struct LBFGS {
    /// The largest gradient component at which the search ends.
    var tolerance: Double
    var maxIterations: Int
    /// The number of steps that the curvature is estimated from.
    var memory = 10

    /// Minimizes from `x`, which becomes the minimum. `evaluate` returns the value and sets the gradient. Returns whether
    /// the tolerance was reached.
    func minimize(
        _ x: inout [Double], _ evaluate: (_ x: [Double], _ gradient: inout [Double]) -> Double
    ) -> Bool {
        var gradient = [Double](repeating: 0, count: x.count)
        var value = evaluate(x, &gradient)
        var steps: [(s: [Double], y: [Double], scale: Double)] = []
        for iteration in 0..<maxIterations {
            if largest(gradient) <= tolerance { return true }
            var direction = LBFGS.direction(gradient, steps)
            var slope = product(direction, gradient)
            if slope >= 0 {
                steps = []
                direction = gradient.map { -$0 }
                slope = product(direction, gradient)
            }
            let start = iteration == 0 ? min(1, 1 / slope.magnitude.squareRoot()) : 1
            guard
                let found = search(x, direction, value, slope, from: start, evaluate)
            else { return largest(gradient) <= tolerance }
            let s = zip(found.x, x).map(-)
            let y = zip(found.gradient, gradient).map(-)
            let curvature = product(s, y)
            if curvature > 1e-300 {
                if steps.count == memory { steps.removeFirst() }
                steps.append((s, y, 1 / curvature))
            }
            (x, value, gradient) = (found.x, found.value, found.gradient)
        }
        return largest(gradient) <= tolerance
    }

    private struct Point {
        var x: [Double]
        var value: Double
        var gradient: [Double]
    }

    /// Brackets a step that decreases the value and the slope enough. Returns nil if rounding leaves none.
    private func search(
        _ x: [Double], _ direction: [Double], _ value: Double, _ slope: Double, from start: Double,
        _ evaluate: (_ x: [Double], _ gradient: inout [Double]) -> Double
    ) -> Point? {
        var (low, high, size) = (0.0, Double.infinity, start)
        let noise = 1e-15 * abs(value)
        for _ in 0..<60 {
            var point = Point(
                x: zip(x, direction).map { $0 + size * $1 }, value: 0,
                gradient: [Double](repeating: 0, count: x.count))
            point.value = evaluate(point.x, &point.gradient)
            let newSlope = product(point.gradient, direction)
            // Near the minimum differences of values are rounding errors, and only the slope tells.
            let isNoise = abs(point.value - value) <= noise && abs(newSlope) <= 0.9 * abs(slope)
            if !(point.value <= value + 1e-4 * size * slope || isNoise) {
                high = size
            } else if newSlope < 0.9 * slope {
                low = size
            } else {
                return point
            }
            size = high.isFinite ? (low + high) / 2 : 2 * low
        }
        return nil
    }

    private static func direction(
        _ gradient: [Double], _ steps: [(s: [Double], y: [Double], scale: Double)]
    ) -> [Double] {
        var direction = gradient.map { -$0 }
        guard let last = steps.last else { return direction }
        var factors: [Double] = []
        for step in steps.reversed() {
            let factor = step.scale * product(step.s, direction)
            factors.append(factor)
            for i in direction.indices { direction[i] -= factor * step.y[i] }
        }
        let scale = 1 / (last.scale * product(last.y, last.y))
        for i in direction.indices { direction[i] *= scale }
        for (step, factor) in zip(steps, factors.reversed()) {
            let change = factor - step.scale * product(step.y, direction)
            for i in direction.indices { direction[i] += change * step.s[i] }
        }
        return direction
    }
}

private func product(_ a: [Double], _ b: [Double]) -> Double {
    a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in
            guard let a = a.baseAddress, let start = b.baseAddress else { return 0 }
            return dotProduct(a, start, b.count)
        }
    }
}

func largest(_ values: [Double]) -> Double { values.reduce(0) { max($0, abs($1)) } }
