import Configuration

/// Mel-frequency cepstral coefficients.
public struct MFCC: MelFeature {
    public var cepstrum = Cepstrum()
    public var stft = STFT()
    public var bands = MelBands()
    public var decibels = Decibels()

    public static let type = "mfcc"
    public static let summary = "Mel-frequency cepstral coefficients, with librosa's defaults."
    public static var fields: [Field<Self>] {
        [
            .init("n_mfcc", \.cepstrum.count, "Coefficients.", .range(1...MelBands.most))
        ] + stftFields + bandFields + decibelFields + [
            .init("dct_type", \.cepstrum.transform, "Which discrete cosine transform."),
            .init("orthonormal", \.cepstrum.isOrthonormal, "Whether it is orthonormal or plain."),
            .init(
                "lifter", \.cepstrum.lifter,
                "Multiplies coefficient n, from 0, by 1 + lifter / 2 sin(pi (n + 1) / lifter); 0 is off.",
                .atLeast(0)),
        ]
    }

    public init() {}
    /// Of 128 mel bands, as librosa has them; `count` coefficients from the first on.
    public init(count: Int) { cepstrum.count = count }

    public var complaints: [Complaint] {
        var found = melComplaints
        if cepstrum.count > bands.count {
            found.append(
                Complaint("n_mfcc", "\(cepstrum.count) coefficients need as many mels, not \(bands.count)"))
        }
        if cepstrum.transform == .one, bands.count < 2 {
            found.append(Complaint("dct_type", "type 1 needs 2 mels"))
        }
        return found
    }

    /// As many as coefficients.
    public var width: Int { cepstrum.count }

    /// [frames, count] as librosa.feature.mfcc.
    public func table(of sound: SoundAnalysis) throws(SoundProblem) -> FrameTable {
        try sound.melLevels(stft, bands, decibels).cepstrum(cepstrum).table
    }
}

/// A mel spectrogram.
public struct Mel: MelFeature {
    public var unit = Unit.power
    public var stft = STFT()
    public var bands = MelBands()
    public var decibels = Decibels()

    /// What the bands are of.
    public enum Unit: String, CaseIterable, ConfigurationValue {
        /// Sums of squared sizes.
        case power
        /// Sums of sizes.
        case magnitude
        /// Sums of squared sizes in decibels.
        case decibels = "db"
    }

    public static let type = "mel"
    public static let summary = "A mel spectrogram: powers, sizes or decibels."
    public static var fields: [Field<Self>] {
        [
            .init("scale", \.unit, "Sums of powers, of sizes, or of powers in decibels.")
        ] + bandFields + stftFields + decibelFields
    }

    public init() {}

    public var complaints: [Complaint] { melComplaints }
    /// As many as mel bands.
    public var width: Int { bands.count }

    /// [frames, mels] as librosa.feature.melspectrogram, in the unit of the options.
    public func table(of sound: SoundAnalysis) throws(SoundProblem) -> FrameTable {
        switch unit {
        case .power: try sound.powers(stft).mel(bands).table
        case .magnitude: try sound.sizes(stft).mel(bands).table
        case .decibels: try sound.melLevels(stft, bands, decibels).table
        }
    }
}
