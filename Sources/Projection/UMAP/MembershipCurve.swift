import Foundation

/// The membership strength in the embedding as a function of the distance, 1 / (1 + a d^(2b)), fitted by least
/// squares to a curve that is 1 up to `minDist` and falls exponentially from there.
package struct MembershipCurve: Sendable, Equatable {
    package private(set) var a = 1.0
    package private(set) var b = 1.0

    /// Fits the curve by the method of Levenberg and Marquardt, to 300 distances up to three times the spread.
    package init(spread: Double, minDist: Double) {
        let points = (0..<300).map { index in
            let d = 3 * spread * Double(index) / 299
            return (d: d, y: d < minDist ? 1 : exp(-(d - minDist) / spread))
        }
        // The logarithm of `a`, so that it stays positive.
        var parameters = SIMD2(-2 * log(spread), 1.0)
        var (damping, error) = (1e-3, Self.error(parameters, points))
        for _ in 0..<500 where damping < 1e12 {
            let (gradient, hessian) = Self.normalEquations(parameters, points)
            let (p, q, r) = (hessian.x * (1 + damping), hessian.y, hessian.z * (1 + damping))
            let determinant = p * r - q * q
            let step = SIMD2(r * gradient.x - q * gradient.y, p * gradient.y - q * gradient.x) / determinant
            let next = parameters + step
            let nextError = Self.error(next, points)
            if nextError < error {
                (parameters, damping) = (next, damping / 10)
                if error - nextError <= 1e-16 * error { break }
                error = nextError
            } else {
                damping *= 10
            }
        }
        (a, b) = (exp(parameters.x), parameters.y)
    }

    private static func error(_ parameters: SIMD2<Double>, _ points: [(d: Double, y: Double)]) -> Double {
        points.reduce(0) { sum, point in
            let difference = point.y - value(parameters, point.d)
            return sum + difference * difference
        }
    }

    private static func value(_ parameters: SIMD2<Double>, _ d: Double) -> Double {
        d > 0 ? 1 / (1 + exp(parameters.x + 2 * parameters.y * log(d))) : 1
    }

    /// The gradient of half the error, negated, and the products of the derivatives (x: a and a, y: a and b, z: b and b).
    private static func normalEquations(
        _ parameters: SIMD2<Double>, _ points: [(d: Double, y: Double)]
    ) -> (gradient: SIMD2<Double>, hessian: SIMD3<Double>) {
        var gradient = SIMD2<Double>()
        var hessian = SIMD3<Double>()
        for point in points where point.d > 0 {
            let value = value(parameters, point.d)
            let slope = -value * (1 - value)
            let derivative = SIMD2(slope, slope * 2 * log(point.d))
            gradient += derivative * (point.y - value)
            hessian += SIMD3(
                derivative.x * derivative.x, derivative.x * derivative.y, derivative.y * derivative.y)
        }
        return (gradient, hessian)
    }
}
