import Foundation

/// Decodes WAV files of integer or floating-point samples. All other files, also WAV files with an unusual header, are left
/// to libsndfile, whose samples are the same.
final class PCMDecoder: AudioDecoder {
    let rate, channels: Int
    let frames: Int?
    let format: String
    let trouble: String? = nil
    private let encoding: Encoding
    private let source: AudioSource
    /// The first byte of the samples, the bytes of a frame, and the next frame.
    private let start, frameBytes: Int
    private var next = 0

    private enum Encoding: String {
        case unsigned8 = "Unsigned 8 bit PCM"
        case signed16 = "Signed 16 bit PCM"
        case signed24 = "Signed 24 bit PCM"
        case signed32 = "Signed 32 bit PCM"
        case float32 = "32 bit float"
        case float64 = "64 bit float"

        init?(tag: Int, bits: Int) {
            switch (tag, bits) {
            case (1, 8): self = .unsigned8
            case (1, 16): self = .signed16
            case (1, 24): self = .signed24
            case (1, 32): self = .signed32
            case (3, 32): self = .float32
            case (3, 64): self = .float64
            default: return nil
            }
        }
    }

    /// Nil if the file is left to libsndfile.
    init?(_ source: AudioSource, _ container: AudioContainer) {
        guard container == .wav(bigEndian: false), source.has("RIFF"),
            let header = Self.chunk("fmt ", source, from: 12), header.size >= 16,
            let samples = Self.chunk("data", source, from: header.next)
        else { return nil }
        let bytes = source.bytes(at: header.start, min(header.size, 40))
        func number(_ place: Int, _ count: Int) -> Int {
            bytes[place..<place + count].reversed().reduce(0) { $0 << 8 | Int($1) }
        }
        guard bytes.count >= 16 else { return nil }
        var tag = number(0, 2)
        let bits = number(14, 2)
        let isExtensible = tag == 0xFFFE
        if isExtensible {
            guard bytes.count == 40, number(18, 2) == bits, bytes[26...].elementsEqual(Self.subtype) else {
                return nil
            }
            tag = number(24, 2)
        }
        let channels = number(2, 2)
        let frameBytes = channels * bits / 8
        guard channels > 0, let encoding = Encoding(tag: tag, bits: bits), number(12, 2) == frameBytes else {
            return nil
        }
        (self.source, self.encoding, self.channels, self.frameBytes) = (
            source, encoding, channels, frameBytes
        )
        (rate, start) = (number(4, 4), samples.start)
        frames = max(0, min(samples.size, source.size - samples.start)) / frameBytes
        format = "\(isExtensible ? "WAVEX" : "WAV") (Microsoft), \(encoding.rawValue)"
    }

    /// What follows the tag in the 16 bytes that identify an encoding.
    private static let subtype: [UInt8] = [0, 0, 0, 0, 16, 0, 128, 0, 0, 170, 0, 56, 155, 113]

    private static func chunk(
        _ name: String, _ source: AudioSource, from first: Int
    ) -> (start: Int, size: Int, next: Int)? {
        var at = first
        for _ in 0..<AudioExtent.mostChunks {
            guard let size = source.number(at: at + 4, bytes: 4) else { return nil }
            let next = at + 8 + Int(size) + Int(size & 1)
            if source.has(name, at: at) { return (at + 8, Int(size), next) }
            at = next
        }
        return nil
    }

    func seek(to frame: Int) -> Bool {
        next = frame
        return true
    }

    func read(_ target: UnsafeMutablePointer<Float>, frames count: Int) -> Int {
        let wanted = min(count, (frames ?? 0) - next)
        guard wanted > 0 else { return 0 }
        let bytes = 1 << 15
        return withUnsafeTemporaryAllocation(byteCount: bytes, alignment: 16) { buffer in
            guard let memory = buffer.baseAddress else { return 0 }
            var done = 0
            while done < wanted {
                let part = min(wanted - done, bytes / frameBytes)
                let got =
                    source.copy(from: start + next * frameBytes, to: memory, count: part * frameBytes)
                    / frameBytes
                if got == 0 { break }
                convert(memory, target + done * channels, got * channels)
                done += got
                next += got
            }
            return done
        }
    }

    private func convert(_ bytes: UnsafeRawPointer, _ target: UnsafeMutablePointer<Float>, _ count: Int) {
        @inline(__always)
        func each<Stored: BitwiseCopyable>(_ type: Stored.Type, _ value: (Stored) -> Float) {
            for i in 0..<count {
                target[i] = value(
                    bytes.loadUnaligned(fromByteOffset: i * MemoryLayout<Stored>.size, as: type))
            }
        }
        switch encoding {
        case .unsigned8: each(UInt8.self) { Float(Int($0) - 128) * 0x1p-7 }
        case .signed16: each(Int16.self) { Float(Int16(littleEndian: $0)) * 0x1p-15 }
        case .signed24:
            for i in 0..<count {
                let low = Int32(bytes.loadUnaligned(fromByteOffset: 3 * i, as: UInt16.self).littleEndian)
                let high = Int32(bytes.load(fromByteOffset: 3 * i + 2, as: Int8.self))
                target[i] = Float(high << 16 | low) * 0x1p-23
            }
        case .signed32: each(Int32.self) { Float(Int32(littleEndian: $0)) * 0x1p-31 }
        case .float32: each(UInt32.self) { Float(bitPattern: UInt32(littleEndian: $0)) }
        case .float64: each(UInt64.self) { Float(Double(bitPattern: UInt64(littleEndian: $0))) }
        }
    }
}
