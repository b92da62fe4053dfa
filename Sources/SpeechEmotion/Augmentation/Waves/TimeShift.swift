import Autograd
import Configuration

/// Shifts a waveform in time and keeps its length.
public struct TimeShift: WaveAugmentation, HasProbability {
    /// What fills the gap.
    public enum Fill: String, CaseIterable, ConfigurationValue {
        /// Zeros.
        case zeros
        /// The samples shifted out at the other end.
        case roll
    }

    /// The shift in seconds; above 0 is later.
    public var seconds = Spread(-0.1, 0.1)
    /// What fills the gap.
    public var fill = Fill.zeros
    public var probability = 1.0

    public static let type = "time_shift"
    public static let summary = "Shifts the waveform in time; the length is kept."
    public static let fields: [Field<Self>] = [
        .init("seconds", \.seconds, "Shift in seconds; above 0 is later.", .range(-3600...3600)),
        .init(
            "fill", \.fill,
            "Fill of the gap: `zeros`, or `roll` for the samples that are shifted out at the other end."),
        probabilityField,
    ]

    public var validationIssues: [ValidationIssue] { seconds.validationIssues("seconds") }

    /// Up to 0.1 s earlier or later.
    public init() {}

    /// Shifts by whole samples; with zeros, samples beyond an end are lost.
    public func change(_ wave: Waveform, _ generator: RandomGenerator) -> Waveform {
        let shift = Int((seconds.draw(generator) * Double(wave.rate)).rounded())
        let count = wave.count
        guard count > 0 else { return wave }
        switch fill {
        case .roll:
            let start = ((-shift % count) + count) % count
            return Waveform(Array(wave.samples[start...] + wave.samples[..<start]), rate: wave.rate)
        case .zeros:
            let zeros = [Float](repeating: 0, count: min(count, abs(shift)))
            let kept = count - zeros.count
            return Waveform(
                shift >= 0 ? zeros + wave.samples[..<kept] : wave.samples[(count - kept)...] + zeros,
                rate: wave.rate)
        }
    }
}
