import CSndFile
import Configuration

/// The file formats that audio can be written in.
public enum AudioEncoding: String, CaseIterable, ConfigurationValue {
    /// WAV with 8, 16, 24 or 32-bit integer samples. Values beyond full scale are clipped.
    case wav8, wav16, wav24, wav32
    /// WAV with floating-point samples: exactly the values in memory.
    case wavFloat = "wav_float"
    /// AIFF or AU with 16-bit integer samples.
    case aiff16, au16
    /// FLAC, lossless with respect to 16 or 24 bits.
    case flac16, flac24
    /// Lossy formats. Opus supports sample rates of 8, 12, 16, 24 and 48 kHz only.
    case vorbis, opus, mp3

    /// The bits per integer sample; nil for floating-point formats.
    private var bits: Int? {
        switch self {
        case .wav8: 8
        case .wav16, .aiff16, .au16, .flac16: 16
        case .wav24, .flac24: 24
        case .wav32: 32
        case .wavFloat, .vorbis, .opus, .mp3: nil
        }
    }

    /// The format of libsndfile.
    var format: AudioEncoder.Format { AudioEncoder.Format(name: rawValue, code: code, bits: bits) }

    private var code: Int32 {
        let parts =
            switch self {
            case .wav8: (SF_FORMAT_WAV, SF_FORMAT_PCM_U8)
            case .wav16: (SF_FORMAT_WAV, SF_FORMAT_PCM_16)
            case .wav24: (SF_FORMAT_WAV, SF_FORMAT_PCM_24)
            case .wav32: (SF_FORMAT_WAV, SF_FORMAT_PCM_32)
            case .wavFloat: (SF_FORMAT_WAV, SF_FORMAT_FLOAT)
            case .aiff16: (SF_FORMAT_AIFF, SF_FORMAT_PCM_16)
            case .au16: (SF_FORMAT_AU, SF_FORMAT_PCM_16)
            case .flac16: (SF_FORMAT_FLAC, SF_FORMAT_PCM_16)
            case .flac24: (SF_FORMAT_FLAC, SF_FORMAT_PCM_24)
            case .vorbis: (SF_FORMAT_OGG, SF_FORMAT_VORBIS)
            case .opus: (SF_FORMAT_OGG, SF_FORMAT_OPUS)
            case .mp3: (SF_FORMAT_MPEG, SF_FORMAT_MPEG_LAYER_III)
            }
        return Int32(parts.0) | Int32(parts.1)
    }
}
