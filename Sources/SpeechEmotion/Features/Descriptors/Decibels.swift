import CKernels
import Configuration
import Foundation

/// The conversion of powers to decibels: 10 log10(max(amin, x) / reference), clamped to the maximum minus `topDb`.
public struct Decibels: Hashable, Sendable {
    /// The reference power of 0 dB.
    public var reference = Reference.value(1)
    /// The minimum power; smaller values are clamped.
    public var amin = 1e-10
    /// The dynamic range in dB, relative to the maximum of the whole table; nil disables it.
    public var topDb: Double? = 80

    /// A fixed power, or the maximum of the table.
    public enum Reference: Hashable, Sendable {
        case value(Double)
        case largest
    }

    /// The defaults of librosa.power_to_db.
    public init(reference: Reference = .value(1), topDb: Double? = 80) {
        self.reference = reference
        self.topDb = topDb
    }

    /// What is invalid about the options; nil if nothing.
    var complaint: String? {
        if case .value(let value) = reference, !Reference.values.contains(value) {
            return "a reference of \(value) is not between 1e-30 and 1e30"
        }
        return amin >= 1e-30 && amin.isFinite ? nil : "an amin of \(amin) has no logarithm in Float"
    }
}

/// `"max"` or a number.
extension Decibels.Reference: ConfigurationValue {
    /// Powers whose logarithm and ratio to any power of a recording are finite in Float.
    static let values = 1e-30...1e30

    public static func decode(_ json: JSONValue, _ context: Decoding) -> Self? {
        if json.text == "max" { return .largest }
        if let value = json.double, Self.values.contains(value) { return .value(value) }
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
        [
            "anyOf": [
                ["enum": ["max"]],
                [
                    "type": "number", "minimum": values.lowerBound.encode(),
                    "maximum": values.upperBound.encode(),
                ],
            ]
        ]
    }

    public static var allowed: String { "\"max\" or a number from 1e-30 to 1e30" }
    public static func resembles(_ json: JSONValue) -> Bool { json.text != nil || json.double != nil }
}

extension FrameBlocks {
    /// Converts powers to decibels.
    public func decibels(_ options: Decibels = Decibels()) -> FrameBlocks {
        let least = Float(options.amin)
        let reference: Double =
            switch options.reference {
            case .value(let value): value
            case .largest: Double(largest)
            }
        let offset = Float(10 * log10(max(options.amin, reference)))
        let size = width * FrameBlocks.lanes
        let levels = mapped(width: width) { ck_decibels($0, $1, size, least, offset) }
        guard let topDb = options.topDb, count > 0 else { return levels }
        let lowest = levels.largest - Float(topDb)
        return levels.mapped(width: width) { from, to in
            to.update(from: from, count: size)
            ck_at_least(to, size, lowest)
        }
    }

    /// The maximum of all values.
    var largest: Float { withNumbers { ck_largest($0, count) } }
}
