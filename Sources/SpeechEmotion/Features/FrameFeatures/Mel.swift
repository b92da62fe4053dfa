import Autograd
import Configuration

/// A mel spectrogram.
public struct Mel: MelFeature {
    public var unit = Unit.power
    public var stft = STFT()
    public var bands = MelBands()
    public var decibels = Decibels()

    /// The scale of the values.
    public enum Unit: String, CaseIterable, ConfigurationValue {
        /// Squared magnitudes.
        case power
        /// Magnitudes.
        case magnitude
        /// Squared magnitudes in decibels.
        case decibels = "db"
    }

    public static let type = "mel"
    public static let summary = "A mel spectrogram, as librosa.feature.melspectrogram."
    public static var fields: [Field<Self>] {
        [
            .init(
                "scale", \.unit,
                "Scale of the values: `power`, `magnitude`, or `db` for the power in decibels.")
        ] + bandFields + stftFields + decibelFields
    }

    public init() {}

    public var validationIssues: [ValidationIssue] { melComplaints }
    /// The number of mel bands.
    public var width: Int { bands.count }

    /// Computes [frames, n_mels] as librosa.feature.melspectrogram, on the scale of the options.
    public func table(of analysis: WaveformAnalysis) throws(InputError) -> FrameTable {
        switch unit {
        case .power: try analysis.powers(stft).mel(bands).table
        case .magnitude: try analysis.magnitudes(stft).mel(bands).table
        case .decibels: try analysis.melLevels(stft, bands, decibels).table
        }
    }
}
