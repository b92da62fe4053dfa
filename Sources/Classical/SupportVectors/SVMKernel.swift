import Foundation

/// The kernel of a support vector machine.
public enum SVMKernel: String, Sendable, Equatable, CaseIterable {
    /// exp(-gamma |u - v|²)
    case rbf
    /// u·v
    case linear
    /// (gamma u·v + coef0)^degree
    case poly
    /// tanh(gamma u·v + coef0)
    case sigmoid
}

/// The coefficient of the kernels `rbf`, `poly` and `sigmoid`.
public enum SVMGamma: Sendable, Equatable {
    /// 1 / (features * variance of all values of the training rows).
    case scale
    /// 1 / features.
    case auto
    /// A given value.
    case value(Double)

    /// Returns the value for a training set.
    func value(_ x: Matrix) throws(FittingError) -> Double {
        switch self {
        case .value(let value):
            try require("gamma", value, in: 0...Double.infinity)
            return value
        case .auto: return 1 / Double(x.columns)
        case .scale:
            let whole = Matrix(rows: x.values.count, columns: 1, values: x.values)
            let variance = whole.columnMoments().variances[0]
            guard variance.isFinite else {
                throw FittingError(
                    "the variance of the data", found: "\(variance)",
                    allowed: "a finite value: scale the data")
            }
            return variance == 0 ? 1 : 1 / (Double(x.columns) * variance)
        }
    }
}

/// A kernel with its coefficients, as a function of a scalar product.
struct KernelFunction: Sendable, Equatable {
    let kernel: SVMKernel
    let gamma: Double
    let coef0: Double
    let degree: Int

    /// Replaces scalar products of a row with others by kernel values. `norms` are the squared lengths of the others.
    @inline(__always)
    func apply(
        _ values: UnsafeMutablePointer<Double>, norm: Double, norms: UnsafePointer<Double>, _ count: Int
    ) {
        switch kernel {
        case .linear: break
        case .rbf:
            replaceByGaussian(values, gamma: gamma, norm: norm, norms: norms, count)
        case .poly:
            for i in 0..<count { values[i] = power(gamma * values[i] + coef0, degree) }
        case .sigmoid:
            for i in 0..<count { values[i] = tanh(gamma * values[i] + coef0) }
        }
    }

    /// Throws if kernel values of rows with such squared lengths may exceed the range of `Float`.
    func check(norms: [Double]) throws(FittingError) {
        let largest = norms.reduce(0) { $1 > $0 || $1.isNaN ? $1 : $0 }
        let bound =
            switch kernel {
            case .rbf: gamma * 4 * largest
            case .linear: largest
            case .poly: power(gamma * largest + abs(coef0), degree)
            case .sigmoid: gamma * largest + abs(coef0)
            }
        guard bound.isFinite, kernel == .rbf || kernel == .sigmoid || bound < 1e37 else {
            throw FittingError(
                "the data", found: "rows with a squared length of \(largest)",
                allowed: "values of moderate size for the kernel \(kernel.rawValue): scale the data")
        }
    }
}

/// Returns an integer power by repeated squaring.
@inline(__always)
private func power(_ base: Double, _ exponent: Int) -> Double {
    var (factor, left, result) = (base, exponent, 1.0)
    while left > 0 {
        if left & 1 == 1 { result *= factor }
        factor *= factor
        left >>= 1
    }
    return result
}
