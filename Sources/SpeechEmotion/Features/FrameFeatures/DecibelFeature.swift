import Configuration

/// A spectral feature that can be in decibels.
protocol DecibelFeature: SpectralFeature {
    var decibels: Decibels { get set }
}

extension DecibelFeature {
    /// The config keys of the conversion to decibels.
    static var decibelFields: [Field<Self>] {
        [
            .init("ref", \.decibels.reference, "Reference power of 0 dB, or \"max\" for the maximum."),
            .init(
                "amin", \.decibels.amin, "Minimum power; smaller values are clamped.", .range(1e-30...1e30)),
            .init(
                "top_db", \.decibels.topDb,
                "Dynamic range in dB: values are clamped to the maximum minus `top_db`; `null` disables it.",
                .range(0...1e6)),
        ]
    }
}
