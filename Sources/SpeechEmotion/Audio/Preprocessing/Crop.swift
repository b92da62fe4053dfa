import Autograd
import Configuration

/// Crops a waveform to a time range.
public struct Crop: LengthEdit {
    /// Seconds skipped at the start.
    public var offset = 0.0
    /// Seconds kept; nil keeps everything that follows.
    public var duration: Double?

    public static let type = "crop"
    public static let summary = "Crops the waveform to a time range."
    public static let fields: [Field<Self>] = [
        .init("offset", \.offset, "Seconds to skip at the start.", .range(0...1e6)),
        .init(
            "duration", \.duration, "Seconds to keep; `null` keeps everything after `offset`.", .above(0),
            .atMost(1e6)),
    ]

    /// A range that covers the whole waveform.
    public init() {}

    /// Keeps at least one sample. Throws for waveforms that end before the offset.
    public func callAsFunction(_ wave: Waveform) throws -> Waveform { try cut(wave) }

    func window(of count: Int, rate: Int) throws -> Range<Int> {
        let first = Int(offset * Double(rate))
        guard first < count else {
            throw InputError(
                "crop", found: "a waveform of \(Double(count) / Double(rate)) s",
                allowed: "more than the offset of \(offset) s")
        }
        let kept = min(duration.map { max(1, Int($0 * Double(rate))) } ?? .max, count - first)
        return first..<first + kept
    }
}
