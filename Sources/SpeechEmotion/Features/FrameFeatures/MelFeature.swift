import Configuration

/// A feature computed from mel bands.
protocol MelFeature: SpectralFeature {
    var bands: MelBands { get set }
    var decibels: Decibels { get set }
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

    /// The config keys of the conversion to decibels.
    static var decibelFields: [Field<Self>] {
        [
            .init("ref", \.decibels.reference, "Reference power of 0 dB, or \"max\" for the maximum."),
            .init(
                "amin", \.decibels.floor, "Minimum power; smaller values are clamped.", .range(1e-30...1e30)),
            .init(
                "top_db", \.decibels.range,
                "Dynamic range in dB: values are clamped to the maximum minus `top_db`; `null` disables it.",
                .range(0...1e6)),
        ]
    }

    var melComplaints: [ValidationIssue] {
        guard let high = bands.high, high <= bands.low else { return stftComplaints }
        return stftComplaints + [ValidationIssue("fmax", "\(high) Hz is not above fmin, \(bands.low) Hz")]
    }

    public func check(rate: Int) throws(DataError) {
        try stft.check()
        try bands.check(rate: rate)
    }
}
