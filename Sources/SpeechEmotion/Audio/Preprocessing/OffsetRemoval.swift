import Configuration
import Foundation

/// Removes the DC offset.
public struct OffsetRemoval: PreprocessingStep {
    public static let type = "remove_offset"
    public static let summary = "Removes the DC offset: subtracts the mean of all samples."
    public static let fields: [Field<Self>] = []

    /// There are no options.
    public init() {}

    /// Subtracts the mean of all samples from each.
    public func callAsFunction(_ wave: Waveform) -> Waveform {
        guard wave.count > 0 else { return wave }
        let mean = Float(wave.samples.reduce(0.0) { $0 + Double($1) } / Double(wave.count))
        return Waveform(wave.samples.map { $0 - mean }, rate: wave.rate)
    }
}
