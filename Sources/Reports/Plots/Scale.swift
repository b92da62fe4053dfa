import Foundation

/// Maps values to positions along an axis, and computes its ticks.
package struct Scale {
    /// The type of scale.
    package enum Kind {
        case linear, logarithmic
    }

    /// The format of tick labels.
    package enum Labels {
        case plain, percent
    }

    package let kind: Kind
    package let low: Double
    package let high: Double
    /// The positions of `low` and `high`.
    package let start: Double
    package let end: Double
    package let ticks: [(value: Double, label: String)]

    /// Whether a value can be drawn: huge values overflow, and values below 1e-300 have no usable logarithm.
    package static func isDrawn(_ value: Double, _ kind: Kind = .linear) -> Bool {
        abs(value) <= 1e300 && (kind == .linear || value >= 1e-300)
    }

    /// Creates a scale that covers all drawable values, extended to ticks unless it is `exact`. Without values it covers 0 to 1.
    package init(
        _ values: some Sequence<Double>, kind: Kind = .linear, from start: Double, to end: Double,
        ticks count: Int = 6, labels: Labels = .plain, exact: Bool = false, whole: Bool = false
    ) {
        self.start = start
        self.end = end
        self.kind = kind
        var range: ClosedRange<Double>?
        for value in values where Self.isDrawn(value, kind) {
            range = range.map { min($0.lowerBound, value)...max($0.upperBound, value) } ?? value...value
        }
        switch kind {
        case .linear:
            let range = Self.widened(range ?? 0...1)
            let step = Self.step(range, count, whole: whole)
            let first = (range.lowerBound / step + (exact ? -1e-9 : 1e-9)).rounded(exact ? .up : .down)
            let last = (range.upperBound / step + (exact ? 1e-9 : -1e-9)).rounded(exact ? .down : .up)
            low = exact ? range.lowerBound : first * step
            high = exact ? range.upperBound : last * step
            let places = stride(from: first, through: last, by: 1).prefix(50).map { $0 * step }
            ticks = places.map {
                ($0, Self.label($0, step, largest: max(abs(range.lowerBound), abs(range.upperBound)), labels))
            }
        case .logarithmic:
            let range = range ?? 1...10
            let down = Int(log10(range.lowerBound).rounded(.down))
            let up = max(Int(log10(range.upperBound).rounded(.up)), down + 1)
            low = pow(10, Double(down))
            high = pow(10, Double(up))
            let stepping = max(1, (up - down + count - 1) / count)
            let factors: [Double] = up - down <= 2 ? [1, 2, 5] : [1]
            let exponents = Array(stride(from: down, through: up, by: stepping))
            let all = exponents.flatMap { exponent in factors.map { $0 * pow(10, Double(exponent)) } }
            let top = high * 1.0001
            ticks = all.filter { $0 <= top }.map { ($0, NumberText.short($0)) }
        }
    }

    /// Returns the position of a value; nil if it cannot be drawn.
    package func place(_ value: Double) -> Double? {
        guard Self.isDrawn(value, kind) else { return nil }
        let part =
            kind == .linear
            ? (value - low) / (high - low)
            : (log10(value) - log10(low)) / (log10(high) - log10(low))
        return part.isFinite ? start + min(max(part, -1), 2) * (end - start) : nil
    }

    /// Widens a range that is too narrow for ticks.
    private static func widened(_ range: ClosedRange<Double>) -> ClosedRange<Double> {
        let (low, high) = (range.lowerBound, range.upperBound)
        let size = max(abs(low), abs(high))
        guard high - low <= max(size * 1e-9, 1e-290) else { return range }
        let margin = size < 1e-280 ? 0.5 : size * 0.05
        return low - margin...high + margin
    }

    /// The tick step: 1, 2 or 5 times a power of ten.
    private static func step(_ range: ClosedRange<Double>, _ count: Int, whole: Bool) -> Double {
        let rough = (range.upperBound - range.lowerBound) / Double(max(count, 1))
        let power = pow(10, log10(rough).rounded(.down))
        let step = ([1, 2, 5].first { $0 * power >= rough * 0.999 } ?? 10) * power
        return whole ? max(1, step.rounded()) : step
    }

    private static func label(_ value: Double, _ step: Double, largest: Double, _ labels: Labels) -> String {
        if labels == .percent {
            return NumberText.fixed(value * 100, digits(step * 100)) + "%"
        }
        guard largest >= 1e6 || step < 0.9e-4 else { return NumberText.fixed(value, digits(step)) }
        guard value != 0 else { return "0" }
        let exponent = log10(abs(value)).rounded(.down)
        let places = min(max(Int(exponent - log10(step).rounded(.down)), 0), 15)
        let parts = String(format: "%.\(places)e", value).split(separator: "e")
        let text = NumberText.trimmed(String(parts[0])) + "e\(Int(parts.last ?? "0") ?? 0)"
        return text.replacing("-", with: "−")
    }

    /// The number of decimals that distinguishes adjacent ticks.
    private static func digits(_ step: Double) -> Int {
        min(max(0, Int((-log10(step) + 0.999).rounded(.down))), 12)
    }
}
