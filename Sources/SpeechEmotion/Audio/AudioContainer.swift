import Autograd

/// The container format of an audio file, detected from its first bytes and never from its name.
enum AudioContainer: Equatable {
    /// WAV; RF64 for more than 4 GB; RIFX in big-endian byte order.
    case wav(bigEndian: Bool)
    case aiff, au(bigEndian: Bool), caf, wave64, sphere, flac, ogg, mpeg
    /// A format that requires ffmpeg, by its name.
    case foreign(String)

    /// The supported formats, for messages.
    static let readable =
        "WAV, FLAC, Ogg, Opus, MP3, AIFF, AU, CAF or NIST; M4A, AAC, WebM and WMA through ffmpeg"

    /// Detects the format of a file. Throws a `FileError` that describes the file if it contains no audio.
    init(_ source: AudioSource) throws {
        guard let kind = Self.kind(source) else {
            throw FileError(
                file: source.name, place: "byte 0", found: Self.described(source.bytes(at: 0, 64)),
                allowed: "an audio file: \(Self.readable)")
        }
        self = kind
    }

    private static func kind(_ source: AudioSource) -> AudioContainer? {
        let head = source.bytes(at: 0, 16)
        func has(_ text: String, _ place: Int = 0) -> Bool {
            head.count >= place + text.utf8.count
                && head[place..<place + text.utf8.count].elementsEqual(text.utf8)
        }
        if has("RIFF") || has("RF64") || has("RIFX") {
            return has("WAVE", 8) ? .wav(bigEndian: has("RIFX")) : nil
        }
        if has("FORM") { return has("AIFF", 8) || has("AIFC", 8) ? .aiff : nil }
        if has(".snd") { return .au(bigEndian: true) }
        if has("dns.") { return .au(bigEndian: false) }
        if has("caff") { return .caf }
        if has("riff"), head.starts(with: [0x72, 0x69, 0x66, 0x66, 0x2E, 0x91, 0xCF, 0x11]) {
            return .wave64
        }
        if has("NIST_1A") { return .sphere }
        if has("fLaC") { return .flac }
        if has("OggS") { return .ogg }
        if has("ID3") { return .mpeg }
        if has("ftyp", 4) { return .foreign("MP4 (M4A)") }
        if head.starts(with: [0x1A, 0x45, 0xDF, 0xA3]) { return .foreign("WebM or Matroska") }
        if head.starts(with: [0x30, 0x26, 0xB2, 0x75]) { return .foreign("Windows Media") }
        if has("#!AMR") { return .foreign("AMR") }
        if head.count >= 4, head[0] == 0xFF, head[1] & 0xE0 == 0xE0 {
            if head[1] & 0xF6 == 0xF0 { return .foreign("AAC") }
            let isValid = head[1] & 0x18 != 0x08 && head[1] & 0x06 != 0 && head[2] & 0xF0 != 0xF0
            return isValid && head[2] & 0x0C != 0x0C ? .mpeg : nil
        }
        return nil
    }

    private static let strangers: [([UInt8], String)] = [
        (Array("PK".utf8), "a ZIP archive"), ([0x1F, 0x8B], "a gzip archive"),
        ([0x89, 0x50, 0x4E, 0x47], "a PNG image"),
        ([0xFF, 0xD8, 0xFF], "a JPEG image"), (Array("%PDF".utf8), "a PDF document"),
        (Array("GIF8".utf8), "a GIF image"), ([0x7F, 0x45, 0x4C, 0x46], "an executable"),
        (Array("RIFF".utf8), "a RIFF file without WAVE"), (Array("FORM".utf8), "an IFF file without AIFF"),
        (Array("MThd".utf8), "a MIDI file: notes without audio"),
        ([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59], "a NumPy array"),
    ]

    /// Describes the first bytes of a file.
    static func described(_ head: [UInt8]) -> String {
        if let known = strangers.first(where: { head.starts(with: $0.0) }) { return known.1 }
        if head.allSatisfy({ $0 == 0 }) { return "zeros" }
        if let text = text(head) {
            let line = text.split(whereSeparator: \.isNewline).first.map { String($0.prefix(30)) } ?? ""
            return "text that begins with \"\(line)\""
        }
        return "an unknown format (" + head.prefix(4).map { hex($0) }.joined(separator: " ") + ")"
    }

    /// The bytes as text, if they are text; the last character may be incomplete.
    private static func text(_ head: [UInt8]) -> String? {
        let isPlain = head.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }
        guard isPlain else { return nil }
        return (0..<(head.count < 64 ? 1 : 4)).lazy.compactMap {
            String(validating: head.dropLast($0), as: UTF8.self)
        }.first
    }

    private static func hex(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }
}
