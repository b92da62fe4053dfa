import Autograd

/// Tolerances for comparing tensors: each element may differ by `absolute + relative * |expected|`.
///
///     #expect(Closeness(relative: 1e-5).difference(found, expected) == nil)
///
/// `difference` returns nil if the tensors are close, and otherwise a description:
///
///     2 of 6 elements differ; worst at [1, 2]: found 0.731, expected 0.75, difference 0.019 (allowed 7.5e-06)
public struct Closeness: Sendable {
    /// The relative tolerance.
    public let relative: Double
    /// The absolute tolerance.
    public let absolute: Double
    /// Whether NaN equals NaN.
    public let nanIsEqual: Bool

    /// Creates tolerances. The default is suited to a few operations: 1e-5 for Float, 1e-10 for Double.
    public init(relative: Double? = nil, absolute: Double? = nil, nanIsEqual: Bool = false) {
        let usual = Real.self == Double.self ? 1e-10 : 1e-5
        self.relative = relative ?? usual
        self.absolute = absolute ?? (relative == nil ? usual : 0)
        self.nanIsEqual = nanIsEqual
    }

    /// Exact equality. Zero equals minus zero, and NaN is not equal to NaN.
    public static let exact = Closeness(relative: 0, absolute: 0)

    /// Returns nil if `found` is close to `expected`, else a description of the difference.
    public func difference(_ found: Tensor, _ expected: Tensor) -> String? {
        guard found.shape == expected.shape else {
            return "shapes differ: found \(found.shape), expected \(expected.shape)"
        }
        return difference(
            found.array.map { Double($0) }, expected.array.map { Double($0) }, shape: expected.shape)
    }

    /// Compares arrays of values, in row-major order if `shape` is given.
    public func difference(_ found: [Double], _ expected: [Double], shape: [Int]? = nil) -> String? {
        guard found.count == expected.count else {
            return "counts differ: found \(found.count), expected \(expected.count)"
        }
        var wrong = 0
        var worst = (at: 0, excess: -1.0)
        for (at, (a, b)) in zip(found, expected).enumerated() {
            // Equal infinities are close. NaN is close to nothing, or to NaN if `nanEqual` is set.
            if a == b || (nanIsEqual && a.isNaN && b.isNaN) { continue }
            let distance = Swift.abs(a - b)
            if distance <= allowed(b), distance.isFinite { continue }
            wrong += 1
            let excess = distance.isFinite ? distance - allowed(b) : .infinity
            if excess > worst.excess { worst = (at, excess) }
        }
        guard wrong > 0 else { return nil }
        let (a, b) = (found[worst.at], expected[worst.at])
        let place = index(worst.at, in: shape ?? [found.count])
        return "\(wrong) of \(found.count) elements differ; worst at \(place): "
            + "found \(a), expected \(b), difference \(Swift.abs(a - b)) (allowed \(allowed(b)))"
    }

    private func allowed(_ expected: Double) -> Double { absolute + relative * Swift.abs(expected) }
}

/// Returns nil if two tensors are close within the default tolerances, else a description of the difference.
public func difference(
    _ found: Tensor, _ expected: Tensor, relative: Double? = nil, absolute: Double? = nil
) -> String? {
    Closeness(relative: relative, absolute: absolute).difference(found, expected)
}
