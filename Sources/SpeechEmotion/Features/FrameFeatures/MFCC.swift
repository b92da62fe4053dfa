import Autograd
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
            .init(
                "dct_type", \.cepstrum.transform, "Type of the discrete cosine transform (DCT): 1, 2 or 3."),
            .init("orthonormal", \.cepstrum.isOrthonormal, "Whether the DCT is orthonormal."),
            .init(
                "lifter", \.cepstrum.lifter,
                "Cepstral liftering: multiplies coefficient n by 1 + lifter / 2 sin(pi (n + 1) / lifter); 0 disables it.",
                .range(0...1e6)),
        ]
    }

    public init() {}
    /// Creates `count` coefficients of 128 mel bands, librosa's defaults.
    public init(count: Int) { cepstrum.count = count }

    public var validationIssues: [ValidationIssue] {
        var found = melComplaints
        if cepstrum.count > bands.count {
            found.append(
                ValidationIssue(
                    "n_mfcc",
                    "\(cepstrum.count) coefficients need at least as many mel bands, not \(bands.count)"))
        }
        if cepstrum.transform == .one, bands.count < 2 {
            found.append(ValidationIssue("dct_type", "type 1 needs at least 2 mel bands"))
        }
        return found
    }

    /// The number of coefficients.
    public var width: Int { cepstrum.count }

    /// Computes [frames, count] as librosa.feature.mfcc.
    public func table(of analysis: WaveformAnalysis) throws(InputError) -> FrameTable {
        try analysis.melLevels(stft, bands, decibels).cepstrum(cepstrum).table
    }
}
