import Configuration
import Foundation

/// A statistic of the frames of a channel.
public enum Statistic: Hashable, Sendable {
    case mean, deviation, minimum, maximum, median, range, skewness, kurtosis
    /// A percentile, with linear interpolation.
    case percentile(Int)

    /// The names in a config.
    static let words: [(String, Statistic)] = [
        ("mean", .mean), ("std", .deviation), ("min", .minimum), ("max", .maximum), ("median", .median),
        ("range", .range), ("skew", .skewness), ("kurtosis", .kurtosis),
    ]

    /// The name in a config: `mean`, `std`, `p90`.
    public var word: String {
        if case .percentile(let percent) = self { return "p\(percent)" }
        return Self.words.first { $0.1 == self }?.0 ?? ""
    }

    /// Computes the statistic of every channel. The table must have at least one frame.
    public func callAsFunction(_ table: FrameTable) -> [Float] {
        switch self {
        case .mean: return moments(table).mean.map { Float($0) }
        case .deviation: return moments(table).central(2).map { Float($0.squareRoot()) }
        case .skewness, .kurtosis:
            let moments = moments(table)
            let squares = moments.central(2)
            let power = self == .skewness ? 3 : 4
            return zip(moments.central(power), squares).map { moment, square in
                // As scipy.stats, but 0 for constant channels.
                guard square > 1e-30 else { return 0 }
                return Float(power == 3 ? moment / pow(square, 1.5) : moment / (square * square) - 3)
            }
        case .minimum: return columns(table) { $0.min() ?? 0 }
        case .maximum: return columns(table) { $0.max() ?? 0 }
        case .range: return columns(table) { ($0.max() ?? 0) - ($0.min() ?? 0) }
        case .median: return columns(table) { Self.percentile(50, of: $0) }
        case .percentile(let percent): return columns(table) { Self.percentile(percent, of: $0) }
        }
    }

    private static func percentile(_ percent: Int, of column: [Float]) -> Float {
        let sorted = column.sorted()
        let place = Double(percent) / 100 * Double(sorted.count - 1)
        let low = Int(place)
        let high = min(low + 1, sorted.count - 1)
        return Float(
            Double(sorted[low]) + (place - Double(low)) * (Double(sorted[high]) - Double(sorted[low])))
    }

    private func columns(_ table: FrameTable, _ value: ([Float]) -> Float) -> [Float] {
        (0..<table.width).map { channel in value((0..<table.frames).map { table[$0, channel] }) }
    }

    /// The mean and the central moments of every channel.
    private struct Moments {
        let table: FrameTable
        let mean: [Double]

        func central(_ power: Int) -> [Double] {
            var sums = [Double](repeating: 0, count: table.width)
            table.eachRow { row in
                for c in sums.indices {
                    let gap = Double(row[c]) - mean[c]
                    let square = gap * gap
                    sums[c] += power == 2 ? square : power == 3 ? square * gap : square * square
                }
            }
            return sums.map { $0 / Double(table.frames) }
        }
    }

    private func moments(_ table: FrameTable) -> Moments {
        var sums = [Double](repeating: 0, count: table.width)
        table.eachRow { row in for c in sums.indices { sums[c] += Double(row[c]) } }
        return Moments(table: table, mean: sums.map { $0 / Double(table.frames) })
    }
}

extension FrameTable {
    @inline(__always)
    fileprivate func eachRow(_ body: (UnsafePointer<Float>) -> Void) {
        values.withUnsafeBufferPointer { values in
            guard let start = values.baseAddress else { return }
            for frame in 0..<frames { body(start + frame * width) }
        }
    }
}

extension Statistic: ConfigurationValue {
    public static func decode(_ json: JSONValue, _ context: Decoding) -> Self? {
        guard let text = json.text else {
            context.mismatch(json, allowed)
            return nil
        }
        if let known = words.first(where: { $0.0 == text }) { return known.1 }
        if text.first == "p", let percent = Int(text.dropFirst()), (0...100).contains(percent),
            text == "p\(percent)"
        {
            return .percentile(percent)
        }
        let near = Suggestion.closest(to: text, among: words.map(\.0))
        context.mismatch(json, allowed, hint: near.map { "; did you mean \"\($0)\"?" } ?? "")
        return nil
    }

    public func encode() -> JSONValue { JSONValue(.text(word)) }

    public static func schema(_ book: SchemaBook) -> JSONValue {
        let fixed = JSONValue(.list(words.map { JSONValue(.text($0.0)) }))
        return ["anyOf": [["enum": fixed], ["type": "string", "pattern": "^p(100|[1-9]?[0-9])$"]]]
    }

    public static var allowed: String {
        "one of \(words.map(\.0).joined(separator: ", ")), or a percentile such as p90"
    }
    public static var allowedMany: String { "statistics, each \(allowed)" }
    public static func resembles(_ json: JSONValue) -> Bool { json.text != nil }
}
