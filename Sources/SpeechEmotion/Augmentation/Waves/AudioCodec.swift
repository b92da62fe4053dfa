import CSndFile
import Configuration

/// A lossy codec of libsndfile.
public enum AudioCodec: String, CaseIterable, ConfigurationValue {
    /// G.711, at 8 kHz with 8 bits per sample.
    case muLaw = "mu_law"
    case aLaw = "a_law"
    /// GSM 06.10 full rate, at 8 kHz.
    case gsm
    case mp3, opus

    /// Whether the codec is one of telephones, at 8 kHz.
    var isTelephone: Bool { self != .mp3 && self != .opus }

    /// The codec as a file format.
    private var format: Int32 {
        let parts =
            switch self {
            case .muLaw: (SF_FORMAT_WAV, SF_FORMAT_ULAW)
            case .aLaw: (SF_FORMAT_WAV, SF_FORMAT_ALAW)
            case .gsm: (SF_FORMAT_WAV, SF_FORMAT_GSM610)
            case .mp3: (SF_FORMAT_MPEG, SF_FORMAT_MPEG_LAYER_III)
            case .opus: (SF_FORMAT_OGG, SF_FORMAT_OPUS)
            }
        return Int32(parts.0) | Int32(parts.1)
    }

    /// Whether the installed libsndfile has the codec.
    package var isSupported: Bool {
        var info = SF_INFO()
        (info.samplerate, info.channels, info.format) = (8000, 1, format)
        return sf_format_check(&info) != 0
    }

    /// The sample rates of the codec in Hz.
    private var rates: [Int] {
        switch self {
        case .muLaw, .aLaw, .gsm: [8000]
        case .mp3: [8000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000]
        case .opus: [8000, 12_000, 16_000, 24_000, 48_000]
        }
    }

    /// The lowest sample rate of the codec that is not below that of a waveform, or the highest one.
    func rate(for rate: Int) -> Int { rates.first { $0 >= rate } ?? rates[rates.count - 1] }

    /// The lowest and highest bitrate in kbit/s at a sample rate, between which libsndfile's compression level
    /// interpolates.
    private func bitrates(at rate: Int) -> (low: Double, high: Double)? {
        switch self {
        case .muLaw, .aLaw, .gsm: nil
        case .mp3: rate >= 32_000 ? (32, 320) : rate >= 16_000 ? (8, 160) : (8, 64)
        case .opus: (6, 256)
        }
    }

    /// Encodes and decodes a waveform of one of the codec's sample rates, within full scale. Throws an `InputError` if
    /// libsndfile lacks the codec.
    func coded(_ wave: Waveform, kilobits: Double?) throws -> Waveform {
        var target = AudioEncoder.Format(name: rawValue, code: format)
        if let kilobits, let range = bitrates(at: wave.rate) {
            target.compression = max(0, min(1, (range.high - kilobits) / (range.high - range.low)))
        }
        let bytes = try AudioEncoder.bytes([wave], as: target)
        return try AudioFile.read(bytes: bytes, name: rawValue)
    }
}
