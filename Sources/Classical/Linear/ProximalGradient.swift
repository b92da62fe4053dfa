/// Minimizes a smooth function plus an elastic net by accelerated proximal gradient steps (Beck and Teboulle 2009) with
/// adaptive restarts (O'Donoghue and Candès 2015).
struct ProximalGradient {
    /// The weight of the absolute values.
    var l1: Double
    /// The weight of half the squares.
    var l2: Double
    /// The number of leading parameters with a penalty.
    var penalized: Int
    /// The largest component of the smallest subgradient at which the search ends.
    var tolerance: Double
    var maxIterations: Int

    /// Minimizes from `x`, which becomes the minimum. Returns whether the tolerance was reached.
    func minimize(
        _ x: inout [Double], _ evaluate: (_ x: [Double], _ gradient: inout [Double]) -> Double
    ) -> Bool {
        var (point, momentum, curvature) = (x, 1.0, 1.0)
        var gradient = [Double](repeating: 0, count: x.count)
        var scratch = gradient
        for _ in 0..<maxIterations {
            let value = smooth(point, &gradient, evaluate)
            var next = x
            while true {
                next = proximal(point, gradient, 1 / curvature)
                var (linear, square) = (0.0, 0.0)
                for i in x.indices {
                    let step = next[i] - point[i]
                    linear += gradient[i] * step
                    square += step * step
                }
                let bound = value + linear + curvature / 2 * square
                let reached = smooth(next, &scratch, evaluate)
                if reached <= bound + 1e-15 * abs(value) || !curvature.isFinite { break }
                curvature *= 2
            }
            if violation(next, scratch) <= tolerance {
                x = next
                return true
            }
            var against = 0.0
            for i in x.indices { against += (point[i] - next[i]) * (next[i] - x[i]) }
            if against > 0 {
                momentum = 1
                point = next
            } else {
                let following = (1 + (1 + 4 * momentum * momentum).squareRoot()) / 2
                for i in x.indices { point[i] = next[i] + (momentum - 1) / following * (next[i] - x[i]) }
                momentum = following
            }
            x = next
            curvature *= 0.95
        }
        return false
    }

    /// The function with the squared part of the penalty.
    private func smooth(
        _ x: [Double], _ gradient: inout [Double],
        _ evaluate: (_ x: [Double], _ gradient: inout [Double]) -> Double
    ) -> Double {
        var value = evaluate(x, &gradient)
        for i in 0..<penalized {
            value += l2 / 2 * x[i] * x[i]
            gradient[i] += l2 * x[i]
        }
        return value
    }

    private func proximal(_ x: [Double], _ gradient: [Double], _ size: Double) -> [Double] {
        var result = x
        for i in x.indices {
            let moved = x[i] - size * gradient[i]
            let threshold = i < penalized ? size * l1 : 0
            result[i] = moved > threshold ? moved - threshold : moved < -threshold ? moved + threshold : 0
        }
        return result
    }

    /// The largest component of the smallest subgradient.
    private func violation(_ x: [Double], _ gradient: [Double]) -> Double {
        var result = 0.0
        for i in x.indices {
            let weight = i < penalized ? l1 : 0
            let component =
                x[i] == 0 && weight > 0
                ? max(0, abs(gradient[i]) - weight) : abs(gradient[i] + (x[i] > 0 ? weight : -weight))
            result = max(result, component)
        }
        return result
    }
}
