import Autograd

/// How far two tensors may be apart: each element by `absolute + relative * |expected|`.
///
///     #expect(Closeness(relative: 1e-5).difference(found, expected) == nil)
///
/// `difference` gives nil where they are close, and otherwise a text that can be read:
///
///     2 of 6 elements differ; worst at [1, 2]: found 0.731, expected 0.75, difference 0.019 (allowed 7.5e-06)
public struct Closeness: Sendable {
    /// What an element may be off, as a share of its size.
    public let relative: Double
    /// What an element may be off, whatever its size.
    public let absolute: Double
    /// Whether NaN in the same place on both sides counts as equal.
    public let nanIsEqual: Bool

    /// By default a tolerance for results of a few operations: 1e-5 as Float, 1e-10 as Double.
    public init(relative: Double? = nil, absolute: Double? = nil, nanIsEqual: Bool = false) {
        let usual = Real.self == Double.self ? 1e-10 : 1e-5
        self.relative = relative ?? usual
        self.absolute = absolute ?? (relative == nil ? usual : 0)
        self.nanIsEqual = nanIsEqual
    }

    /// Equal numbers only. Zero and minus zero are equal, NaN is not.
    public static let exact = Closeness(relative: 0, absolute: 0)

    /// nil where `found` is close to `expected` everywhere, otherwise what differs.
    public func difference(_ found: Tensor, _ expected: Tensor) -> String? {
        guard found.shape == expected.shape else {
            return "shapes differ: found \(found.shape), expected \(expected.shape)"
        }
        return difference(
            found.array.map { Double($0) }, expected.array.map { Double($0) }, shape: expected.shape)
    }

    /// The same for plain numbers, in row-major order where `shape` is given.
    public func difference(_ found: [Double], _ expected: [Double], shape: [Int]? = nil) -> String? {
        guard found.count == expected.count else {
            return "counts differ: found \(found.count), expected \(expected.count)"
        }
        var wrong = 0
        var worst = (at: 0, excess: -1.0)
        for (at, (a, b)) in zip(found, expected).enumerated() {
            // Equal infinities are close; NaN is close to nothing, or to NaN where that is asked for.
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

/// nil where two tensors are close, otherwise what differs. Without tolerances as `Closeness()`.
public func difference(
    _ found: Tensor, _ expected: Tensor, relative: Double? = nil, absolute: Double? = nil
) -> String? {
    Closeness(relative: relative, absolute: absolute).difference(found, expected)
}
