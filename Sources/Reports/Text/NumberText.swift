import Foundation

/// Numbers formatted for readers.
package enum NumberText {
    /// With a number of digits after the point; a dash if the value is not finite. Never "-0.00".
    package static func fixed(_ value: Double, _ digits: Int = 3) -> String {
        guard value.isFinite else { return "–" }
        if abs(value) >= 1e9 { return short(value) }
        let text = String(format: "%.\(digits)f", value)
        let isZero = text.allSatisfy { "-0.".contains($0) }
        return isZero && text.hasPrefix("-") ? String(text.dropFirst()) : text.replacing("-", with: "−")
    }

    /// As a percentage, with a number of digits after the point.
    package static func percent(_ value: Double, _ digits: Int = 1) -> String {
        value.isFinite ? fixed(value * 100, digits) + "%" : "–"
    }

    /// With about four significant digits: 0.001235, 1234, 1.235e9.
    package static func short(_ value: Double) -> String {
        guard value.isFinite else { return "–" }
        let size = abs(value)
        if size >= 1e5 || size < 1e-4 && size > 0 {
            let parts = String(format: "%.3e", value).split(separator: "e")
            let mantissa = trimmed(String(parts[0]))
            return (mantissa + "e\(Int(parts.last ?? "0") ?? 0)").replacing("-", with: "−")
        }
        let digits = size == 0 ? 0 : 3 - Int(log10(size).rounded(.down))
        return trimmed(fixed(value, max(0, digits)))
    }

    /// Without trailing zeros: 1.500 is 1.5, 2.000 is 2.
    package static func trimmed(_ text: String) -> String {
        guard text.contains(".") else { return text }
        var text = Substring(text)
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return String(text)
    }

    /// 12345 as 12,345.
    package static func count(_ value: Int) -> String {
        var digits = String(value.magnitude)
        var at = digits.endIndex
        while let next = digits.index(at, offsetBy: -3, limitedBy: digits.startIndex),
            next > digits.startIndex
        {
            digits.insert(",", at: next)
            at = next
        }
        return (value < 0 ? "−" : "") + digits
    }

    /// "1 file", "2 files".
    package static func count(_ value: Int, _ noun: String) -> String {
        count(value) + " " + noun + (value == 1 ? "" : "s")
    }

    /// "1 entry", "2 entries": for nouns with an irregular plural.
    package static func count(_ value: Int, _ nouns: String, one: String) -> String {
        count(value) + " " + (value == 1 ? one : nouns)
    }

    /// A duration in its two largest units: 45 s, 1 min 15 s, 2 h 5 min.
    package static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite else { return "–" }
        let whole = Int(min(max(seconds, 0), 1e15).rounded())
        if whole < 60 { return "\(whole) s" }
        return whole < 3600
            ? "\(whole / 60) min \(whole % 60) s" : "\(whole / 3600) h \(whole % 3600 / 60) min"
    }
}
