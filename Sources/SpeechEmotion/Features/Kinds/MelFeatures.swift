import Configuration

/// Mel-frequency cepstral coefficients (MFCC).
public struct MFCC: MelFeature {
    public var cepstrum = Cepstrum()
    public var stft = STFT()
    public var bands = MelBands()
    public var decibels = Decibels()

    public static let type = "mfcc"
    public static let summary = "Mel-frequency cepstral coefficients (MFCCs), as librosa.feature.mfcc."
    public static var fields: [Field<Self>] {
        [
            .init("n_mfcc", \.cepstrum.count, "Number of MFCCs.", .range(1...MelBands.most))
        ] + stftFields + bandFields + decibelFields + [
            .init("dct_type", \.cepstrum.transform, "Type of the discrete cosine transform (DCT): 1, 2 or 3."),
            .init("orthonormal", \.cepstrum.isOrthonormal, "Whether the DCT is orthonormal."),
            .init(
                "lifter", \.cepstrum.lifter,
                "Cepstral liftering: multiplies coefficient n by 1 + lifter / 2 sin(pi (n + 1) / lifter); 0 disables it.",
                .atLeast(0)),
        ]
    }

    public init() {}
    /// Creates `count` coefficients of 128 mel bands, librosa's defaults.
    public init(count: Int) { cepstrum.count = count }

    public var complaints: [Complaint] {
        var found = melComplaints
        if cepstrum.count > bands.count {
            found.append(
                Complaint("n_mfcc", "\(cepstrum.count) coefficients need at least as many mel bands, not \(bands.count)"))
        }
        if cepstrum.transform == .one, bands.count < 2 {
            found.append(Complaint("dct_type", "type 1 needs at least 2 mel bands"))
        }
        return found
    }

    /// The number of coefficients.
    public var width: Int { cepstrum.count }

    /// Computes [frames, count] as librosa.feature.mfcc.
    public func table(of analysis: WaveformAnalysis) throws(DataError) -> FrameTable {
        try analysis.melLevels(stft, bands, decibels).cepstrum(cepstrum).table
    }
}

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
            .init("scale", \.unit, "Scale of the values: `power`, `magnitude`, or `db` for the power in decibels.")
        ] + bandFields + stftFields + decibelFields
    }

    public init() {}

    public var complaints: [Complaint] { melComplaints }
    /// The number of mel bands.
    public var width: Int { bands.count }

    /// Computes [frames, n_mels] as librosa.feature.melspectrogram, on the scale of the options.
    public func table(of analysis: WaveformAnalysis) throws(DataError) -> FrameTable {
        switch unit {
        case .power: try analysis.powers(stft).mel(bands).table
        case .magnitude: try analysis.magnitudes(stft).mel(bands).table
        case .decibels: try analysis.melLevels(stft, bands, decibels).table
        }
    }
}
