import Autograd

/// Compares the length that a file header promises with the bytes in the file. Sizes written by streaming programs that
/// could not update the header (0, or the maximum) promise nothing.
struct AudioExtent {
    enum Verdict: Equatable {
        /// The file is as long as promised, or nothing is promised.
        case whole
        /// The file holds no samples.
        case empty
        /// The file is truncated: where, and what is missing, as text.
        case cut(place: String, found: String)
    }

    var verdict = Verdict.whole
    /// A size in the header that would mislead the decoder, corrected.
    var correction: (place: Int, bytes: [UInt8])?

    init(_ verdict: Verdict = .whole) { self.verdict = verdict }

    init(_ source: AudioSource, _ container: AudioContainer) {
        switch container {
        case .wav(let bigEndian): self = Self.riff(source, bigEndian: bigEndian)
        case .aiff: self = Self.chunks(source, from: 12, name: "SSND", sizeBytes: 4)
        case .caf: self = Self.chunks(source, from: 8, name: "data", sizeBytes: 8)
        case .au(let bigEndian): self = Self.au(source, bigEndian: bigEndian)
        case .wave64: self = Self.wave64(source)
        case .sphere: self = Self.sphere(source)
        case .ogg: self = Self.ogg(source)
        case .mpeg: self = Self.mpeg(source)
        // The header gives the number of samples, which is checked when they are read.
        case .flac, .foreign: self.init()
        }
    }

    private static let headless = AudioExtent(
        .cut(place: "header", found: "the end of the file before any samples"))

    /// No header has more chunks than this.
    static let mostChunks = 4096

    private static func held(_ promised: UInt64, from start: Int, _ source: AudioSource) -> AudioExtent {
        let there = UInt64(max(0, source.size - start))
        if promised <= there { return AudioExtent() }
        return AudioExtent(
            .cut(
                place: "byte \(source.size), the end of the file",
                found:
                    "\(grouped(there)) of the \(grouped(promised)) bytes of samples that the header declares")
        )
    }

    private static func riff(_ source: AudioSource, bigEndian: Bool) -> AudioExtent {
        func number(_ place: Int, _ bytes: Int = 4) -> UInt64? {
            source.number(at: place, bytes: bytes, bigEndian: bigEndian)
        }
        var at = 12
        var longSize: UInt64?
        for _ in 0..<mostChunks {
            guard let size = number(at + 4) else { break }
            if source.has("ds64", at: at) { longSize = number(at + 16, 8) }
            guard source.has("data", at: at) else {
                at += 8 + Int(size) + Int(size & 1)
                continue
            }
            let start = at + 8
            if size == 0 {
                // A file that was never closed has no size in its first line either.
                let isClosed = number(4).map { abs(Int($0) + 8 - source.size) <= 1 } ?? false
                if isClosed || source.size <= start { return AudioExtent(.empty) }
                var extent = AudioExtent()
                extent.correction = (at + 4, [0xFF, 0xFF, 0xFF, 0xFF])
                return extent
            }
            if size == 0xFFFF_FFFF { return longSize.map { held($0, from: start, source) } ?? AudioExtent() }
            // SoX and ALSA promise about 2 GB when writing to a pipe, others 4 GB without the header.
            let isStream = 0x7FFF_0000...0x8000_0000 ~= size || size >= 0xFFFF_F000
            if isStream, UInt64(source.size) < size { return AudioExtent() }
            return held(size, from: start, source)
        }
        return headless
    }

    /// Walks over chunks with a name and a big-endian size.
    private static func chunks(
        _ source: AudioSource, from first: Int, name: String, sizeBytes: Int
    ) -> AudioExtent {
        var at = first
        for _ in 0..<mostChunks {
            guard let size = source.number(at: at + 4, bytes: sizeBytes, bigEndian: true) else { break }
            let start = at + 4 + sizeBytes
            if source.has(name, at: at) {
                let isUnknown = size == (sizeBytes == 8 ? .max : 0xFFFF_FFFF)
                return isUnknown ? AudioExtent() : held(size, from: start, source)
            }
            guard size < UInt64(source.size) else { break }
            at = start + Int(size) + (sizeBytes == 4 ? Int(size & 1) : 0)
        }
        return headless
    }

    private static func au(_ source: AudioSource, bigEndian: Bool) -> AudioExtent {
        guard let start = source.number(at: 4, bytes: 4, bigEndian: bigEndian),
            let size = source.number(at: 8, bytes: 4, bigEndian: bigEndian)
        else { return headless }
        return size == 0xFFFF_FFFF ? AudioExtent() : held(size, from: Int(start), source)
    }

    private static func wave64(_ source: AudioSource) -> AudioExtent {
        var at = 40
        for _ in 0..<mostChunks {
            guard let size = source.number(at: at + 16, bytes: 8), size >= 24 else { break }
            if source.has("data", at: at) { return held(size - 24, from: at + 24, source) }
            guard size < UInt64(source.size) else { break }
            at += (Int(size) + 7) / 8 * 8
        }
        return headless
    }

    private static func sphere(_ source: AudioSource) -> AudioExtent {
        let lines = String(decoding: source.bytes(at: 0, 1024), as: UTF8.self).split(separator: "\n")
        func value(_ key: String) -> UInt64? {
            lines.first { $0.hasPrefix(key + " ") }?.split(separator: " ").last.flatMap { UInt64($0) }
        }
        guard let start = lines.dropFirst().first.flatMap({ Int($0.filter(\.isNumber)) }), start < 1 << 20,
            let count = value("sample_count"), let bytes = value("sample_n_bytes"), count < 1 << 40,
            bytes <= 8
        else { return AudioExtent() }
        return held(count * bytes * min(value("channel_count") ?? 1, 1024), from: start, source)
    }

    /// Walks over the pages to the one marked as the last.
    private static func ogg(_ source: AudioSource) -> AudioExtent {
        var at = 0
        var isEnded = false
        while at < source.size {
            let header = source.bytes(at: at, 27 + 255)
            guard header.count >= 27, header.starts(with: "OggS".utf8) else { break }
            let segments = Int(header[26])
            guard header.count >= 27 + segments else { break }
            let length = 27 + segments + header[27..<27 + segments].reduce(0) { $0 + Int($1) }
            guard at + length <= source.size else { break }
            isEnded = header[5] & 4 != 0
            at += length
        }
        // Data after the last page, such as a tag, is not audio.
        if isEnded { return AudioExtent() }
        let found =
            at < source.size ? "a truncated or damaged page" : "no page that is marked as the last"
        return AudioExtent(.cut(place: "byte \(at)", found: found))
    }

    /// Many MP3 files begin with a frame without audio that gives the number of bytes.
    private static func mpeg(_ source: AudioSource) -> AudioExtent {
        var start = 0
        if source.has("ID3") {
            let head = source.bytes(at: 0, 10)
            guard head.count == 10 else { return headless }
            start = 10 + head[6...].reduce(0) { $0 << 7 | Int($1 & 0x7F) } + (head[5] & 0x10 != 0 ? 10 : 0)
        }
        let frame = source.bytes(at: start, 4)
        guard frame.count == 4, frame[0] == 0xFF, frame[1] & 0xE0 == 0xE0 else { return AudioExtent() }
        let isMono = frame[3] >> 6 == 3
        let isFirstVersion = frame[1] & 0x18 == 0x18
        let tag = start + 4 + (isFirstVersion ? isMono ? 17 : 32 : isMono ? 9 : 17)
        let place: Int
        if source.has("Xing", at: tag) || source.has("Info", at: tag) {
            guard let flags = source.number(at: tag + 4, bytes: 4, bigEndian: true), flags & 2 != 0 else {
                return AudioExtent()
            }
            place = tag + (flags & 1 != 0 ? 12 : 8)
        } else if source.has("VBRI", at: start + 36) {
            place = start + 46
        } else {
            return AudioExtent()
        }
        guard let promised = source.number(at: place, bytes: 4, bigEndian: true) else { return headless }
        var extent = held(promised, from: start, source)
        // The decoder prints a warning if the two differ.
        let there = UInt32(clamping: source.size - start)
        extent.correction = (place, (0..<4).map { UInt8(truncatingIfNeeded: there >> (24 - 8 * $0)) })
        return extent
    }
}
