import Autograd
import Foundation

/// Stores audio fingerprints in a file, keyed by the path, size and change time of the audio files.
struct FingerprintStore {
    private let file: String?
    private var prints: [Key: AudioFingerprint] = [:]

    private struct Key: Hashable {
        let place: SampleHash
    }

    /// "PRSP", and a version that must be increased whenever fingerprints are computed differently.
    private static let header: [UInt8] = Array("PRSP0002".utf8)

    init(_ file: String?) {
        self.file = file
        guard let file, let data = FileManager.default.contents(atPath: file) else { return }
        prints = Self.parse([UInt8](data)) ?? [:]
    }

    /// The fingerprint of a clip whose file has not changed.
    subscript(clip: Clip) -> AudioFingerprint? {
        guard !prints.isEmpty, let key = Self.key(clip) else { return nil }
        return prints[key]
    }

    /// Replaces the stored fingerprints; failures are ignored, because nothing depends on the store.
    func write(_ entries: some Sequence<(Clip, AudioFingerprint?)>) {
        guard let file else { return }
        var writer = Writer(bytes: Self.header)
        var keys: Set<Key> = []
        for (clip, print) in entries {
            guard let print, let key = Self.key(clip), keys.insert(key).inserted else { continue }
            writer.add(key.place.first)
            writer.add(key.place.second)
            writer.add(print.samples.first)
            writer.add(print.samples.second)
            let properties = print.properties
            writer.add(UInt32(clamping: properties.rate))
            writer.add(UInt32(clamping: properties.channels))
            for number in [properties.seconds, properties.level, properties.floor] {
                writer.add(number.bitPattern)
            }
            writer.add(UInt32(print.codes.count) << 1 | (print.isSilent ? 1 : 0))
            for code in print.codes { writer.add(code) }
            for isLoud in print.isLoud { writer.bytes.append(isLoud ? 1 : 0) }
        }
        writer.add(writer.bytes.withUnsafeBytes(Checksum.crc32))
        try? AtomicFile.write(writer.bytes, to: file)
    }

    /// nil for clips without a file, and for missing files.
    private static func key(_ clip: Clip) -> Key? {
        guard case .file(let path, let start, let end) = clip.source else { return nil }
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        #if canImport(Darwin)
            let changed = status.st_mtimespec
        #else
            let changed = status.st_mtim
        #endif
        var writer = Writer(bytes: Array(path.utf8))
        writer.add(UInt64(bitPattern: Int64(status.st_size)))
        writer.add(UInt64(bitPattern: Int64(changed.tv_sec)))
        writer.add(UInt64(bitPattern: Int64(changed.tv_nsec)))
        writer.add((start ?? -1).bitPattern)
        writer.add((end ?? -1).bitPattern)
        return Key(place: SampleHash(bytes: writer.bytes))
    }

    private static func parse(_ bytes: [UInt8]) -> [Key: AudioFingerprint]? {
        guard bytes.count >= header.count + 4, bytes.starts(with: header) else { return nil }
        var reader = Reader(bytes: bytes.dropLast(4), at: header.count)
        var end = Reader(bytes: bytes[...], at: bytes.count - 4)
        guard end.number(UInt32.self) == bytes.dropLast(4).withUnsafeBytes(Checksum.crc32) else { return nil }
        var prints: [Key: AudioFingerprint] = [:]
        while reader.at < reader.bytes.endIndex {
            guard let place1 = reader.number(UInt64.self), let place2 = reader.number(UInt64.self),
                let first = reader.number(UInt64.self), let second = reader.number(UInt64.self),
                let rate = reader.number(UInt32.self), let channels = reader.number(UInt32.self),
                let seconds = reader.number(UInt64.self), let level = reader.number(UInt64.self),
                let floor = reader.number(UInt64.self), let size = reader.number(UInt32.self),
                reader.bytes.endIndex - reader.at >= Int(size >> 1) * 5
            else { return nil }
            let count = Int(size >> 1)
            let codes = (0..<count).compactMap { _ in reader.number(UInt32.self) }
            let loud = reader.bytes[reader.at..<reader.at + count].map { $0 != 0 }
            reader.at += count
            prints[Key(place: SampleHash(first: place1, second: place2))] = AudioFingerprint(
                samples: SampleHash(first: first, second: second),
                properties: RecordingProperties(
                    rate: Int(rate), channels: Int(channels), seconds: Double(bitPattern: seconds),
                    level: Double(bitPattern: level), floor: Double(bitPattern: floor)),
                isSilent: size & 1 == 1, codes: codes, isLoud: loud)
        }
        return prints
    }

    /// Writes little-endian integers.
    private struct Writer {
        var bytes: [UInt8]
        mutating func add(_ number: some FixedWidthInteger) {
            withUnsafeBytes(of: number.littleEndian) { bytes += $0 }
        }
    }

    private struct Reader {
        let bytes: ArraySlice<UInt8>
        var at: Int
        mutating func number<Number: FixedWidthInteger>(_ type: Number.Type) -> Number? {
            let size = MemoryLayout<Number>.size
            guard bytes.endIndex - at >= size else { return nil }
            defer { at += size }
            return bytes[at..<at + size].reversed().reduce(0) { $0 << 8 | Number($1) }
        }
    }
}

extension SampleHash {
    /// The hash of bytes instead of samples.
    fileprivate init(bytes: [UInt8]) {
        self.init(Waveform(bytes.map { Float($0) }, rate: 1))
    }
}
