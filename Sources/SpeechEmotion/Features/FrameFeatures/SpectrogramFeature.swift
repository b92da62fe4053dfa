import Autograd
import Configuration

/// The spectrogram itself.
public struct SpectrogramFeature: DecibelFeature {
    public var unit = Mel.Unit.power
    public var stft = STFT()
    public var decibels = Decibels()

    public static let type = "spectrogram"
    public static let summary = "A spectrogram: the magnitude or power of the short-time Fourier transform."
    public static var fields: [Field<Self>] {
        [
            .init(
                "scale", \.unit,
                "Scale of the values: `power`, `magnitude`, or `db` for the power in decibels.")
        ] + decibelFields + stftFields
    }

    public init() {}
    /// `n_fft / 2 + 1`.
    public var width: Int { stft.bins }

    /// Computes [frames, n_fft / 2 + 1] on the scale of the options.
    public func table(of analysis: WaveformAnalysis) throws(InputError) -> FrameTable {
        switch unit {
        case .power: try analysis.powers(stft).bins.table
        case .magnitude: try analysis.magnitudes(stft).bins.table
        case .decibels: try analysis.powers(stft).bins.decibels(decibels).table
        }
    }
}
