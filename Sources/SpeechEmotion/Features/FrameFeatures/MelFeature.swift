import Autograd
import Configuration

/// A feature computed from mel bands.
protocol MelFeature: DecibelFeature {
    var bands: MelBands { get set }
}

extension MelFeature {
    /// The config keys of the mel bands.
    static var bandFields: [Field<Self>] {
        [
            .init("n_mels", \.bands.count, "Number of mel bands.", .range(1...MelBands.most)),
            .init("fmin", \.bands.low, "Lowest frequency in Hz.", .range(0...1e6)),
            .init(
                "fmax", \.bands.high, "Highest frequency in Hz; `null` for half the sample rate.",
                .above(0), .atMost(1e6)),
            .init("mel_scale", \.bands.scale, "Mel scale: `slaney` or `htk`."),
            .init(
                "norm", \.bands.norm,
                "Normalization of the triangular filters: `slaney` for equal area, or `none` for equal height."
            ),
        ]
    }

    var melComplaints: [ValidationIssue] {
        guard let high = bands.high, high <= bands.low else { return stftComplaints }
        return stftComplaints + [ValidationIssue("fmax", "\(high) Hz is not above fmin, \(bands.low) Hz")]
    }

    public func check(rate: Int) throws(InputError) {
        try stft.check()
        try bands.check(rate: rate)
    }
}
