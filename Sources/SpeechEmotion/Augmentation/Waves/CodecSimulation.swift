import Autograd
import Configuration
import Foundation

/// Encodes and decodes a waveform with a lossy codec.
public struct CodecSimulation: WaveAugmentation, HasProbability {
    /// The codecs, one of which is drawn.
    public var codecs: [AudioCodec] = [.muLaw, .aLaw, .gsm]
    /// The bitrate of MP3 and Opus in kbit/s; nil for that of the encoder.
    public var bitrate: Spread?
    /// Whether telephone codecs are limited to the band of a telephone.
    public var telephoneBand = true
    public var probability = 1.0

    public static let type = "codec"
    public static let summary =
        "Codec artifacts: encodes and decodes the waveform, for example as a telephone does. Sample rate and length are kept."
    public static let fields: [Field<Self>] = [
        .init(
            "codecs", \.codecs,
            "Codecs, one of which is drawn: `mu_law` and `a_law` (G.711 at 8 kHz), `gsm` (GSM 06.10 full rate at 8 kHz), `mp3` and `opus`.",
            .notEmpty),
        .init(
            "bitrate", \.bitrate,
            "Bitrate of `mp3` and `opus` in kbit/s, limited to what the codec supports at the sample rate; `null` uses the encoder's default.",
            .range(6...320)),
        .init(
            "telephone_band", \.telephoneBand,
            "Whether a band-pass filter limits `mu_law`, `a_law` and `gsm` to 300 to 3400 Hz."),
        probabilityField,
    ]

    public var validationIssues: [ValidationIssue] {
        let unused =
            bitrate != nil && codecs.allSatisfy(\.isTelephone)
            ? [
                ValidationIssue(
                    "bitrate", "applies to \"mp3\" and \"opus\" only; remove it, or add one of them")
            ]
            : []
        return unused + (bitrate?.validationIssues("bitrate") ?? [])
            + codecs.enumerated().filter { !$1.isSupported }.map { index, codec in
                ValidationIssue(
                    at: [.key("codecs"), .index(index)],
                    "the installed libsndfile cannot encode \(codec.rawValue); install libsndfile 1.1 or later with this codec, or use another one"
                )
            }
    }

    /// The telephone codecs.
    public init() {}

    /// Encodes and decodes. Samples beyond full scale are clipped, as by any encoder.
    public func change(_ wave: Waveform, _ generator: RandomGenerator) throws -> Waveform {
        guard wave.count > 0 else { return wave }
        let codec = codecs.count > 1 ? codecs[generator.below(codecs.count)] : codecs[0]
        let kilobits = bitrate?.draw(generator)
        var input = wave
        if codec.isTelephone, telephoneBand {
            var band = BandFilter()
            (band.low, band.high) = (Spread(300.0), Spread(3400.0))
            input = try band.change(wave, generator)
        }
        input = Waveform(input.samples.map { max(-1, min(1, $0)) }, rate: wave.rate)
        let decoded = try codec.coded(input.resampled(to: codec.rate(for: wave.rate)), kilobits: kilobits)
        return try FixedLength(samples: wave.count)(decoded.resampled(to: wave.rate))
    }
}
