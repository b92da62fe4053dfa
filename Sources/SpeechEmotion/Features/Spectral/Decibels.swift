import CKernels
import Configuration
import Foundation

/// How powers become decibels: 10 log10(max(floor, x) / reference), nothing below the largest minus `range`.
public struct Decibels: Hashable, Sendable {
    /// What counts as 0 dB.
    public var reference = Reference.value(1)
    /// Powers below it count as it.
    public var floor = 1e-10
    /// How far below the largest number of the whole table others may lie; nil leaves them.
    public var range: Double? = 80

    /// A fixed power, or the largest of the table.
    public enum Reference: Hashable, Sendable {
        case value(Double)
        case largest
    }

    /// A reference of 1 is librosa.power_to_db's; `range` is its `top_db`.
    public init(reference: Reference = .value(1), range: Double? = 80) {
        self.reference = reference
        self.range = range
    }

    /// Whether the numbers can be used.
    var complaint: String? {
        if case .value(let value) = reference, !(value > 0 && value.isFinite) {
            return "a reference of \(value) has no logarithm"
        }
        return floor >= 1e-30 && floor.isFinite ? nil : "a floor of \(floor) has no logarithm in Float"
    }
}

/// `"max"` or a number.
extension Decibels.Reference: ConfigurationValue {
    public static func decode(_ json: JSONValue, _ context: Decoding) -> Self? {
        if json.text == "max" { return .largest }
        if let value = json.double, value.isFinite, value > 0 { return .value(value) }
        context.mismatch(json, allowed)
        return nil
    }

    public func encode() -> JSONValue {
        switch self {
        case .largest: "max"
        case .value(let value): value.encode()
        }
    }

    public static func schema(_ book: SchemaBook) -> JSONValue {
        ["anyOf": [["enum": ["max"]], ["type": "number", "exclusiveMinimum": 0]]]
    }

    public static var allowed: String { "\"max\" or a number above 0" }
    public static func resembles(_ json: JSONValue) -> Bool { json.text != nil || json.double != nil }
}

extension FrameBlocks {
    /// The table in decibels, its numbers being powers.
    public func decibels(_ options: Decibels = Decibels()) -> FrameBlocks {
        let least = Float(options.floor)
        let reference: Double =
            switch options.reference {
            case .value(let value): value
            case .largest: Double(largest)
            }
        let offset = Float(10 * log10(max(options.floor, reference)))
        let size = width * FrameBlocks.lanes
        let levels = mapped(width: width) { ck_decibels($0, $1, size, least, offset) }
        guard let range = options.range, count > 0 else { return levels }
        let lowest = levels.largest - Float(range)
        return levels.mapped(width: width) { from, to in
            to.update(from: from, count: size)
            ck_at_least(to, size, lowest)
        }
    }

    /// The largest number of all.
    var largest: Float { withNumbers { ck_largest($0, count) } }
}
