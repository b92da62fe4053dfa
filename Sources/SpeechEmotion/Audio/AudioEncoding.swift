import CSndFile
import Configuration

/// The formats in which sounds are written.
public enum AudioEncoding: String, CaseIterable, ConfigurationValue {
    /// WAV with whole numbers of 8, 16, 24 or 32 bits. What is beyond full scale is clipped.
    case wav8, wav16, wav24, wav32
    /// WAV with floating-point numbers: exactly what is in memory.
    case wavFloat = "wav_float"
    /// AIFF or AU with whole numbers of 16 bits.
    case aiff16, au16
    /// FLAC, without loss against 16 or 24 bits.
    case flac16, flac24
    /// With loss. Opus takes rates of 8, 12, 16, 24 and 48 kHz only.
    case vorbis, opus, mp3

    /// The bits of whole numbers; nil where floating-point numbers are encoded.
    var bits: Int? {
        switch self {
        case .wav8: 8
        case .wav16, .aiff16, .au16, .flac16: 16
        case .wav24, .flac24: 24
        case .wav32: 32
        case .wavFloat, .vorbis, .opus, .mp3: nil
        }
    }

    /// What libsndfile calls it.
    var code: Int32 {
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
