import Autograd
import Configuration
import Foundation

/// The checkpoints of a training in a folder. The last two are kept, so that a damaged one can be replaced by the one before.
///
/// A checkpoint is a safetensors file and a small JSON file with its checksum, written atomically and in this order. It is
/// valid if the JSON file exists and the checksum matches.
public struct StateStore: Sendable {
    /// The folder of the checkpoints. `save` creates it.
    public let folder: String

    /// A checkpoint, and the newer ones that had to be skipped.
    public struct Found {
        /// The part of the state that is not in tensors.
        public var json: JSONValue
        /// The tensors by name.
        public var tensors: SafeTensors
        /// Why each newer checkpoint could not be used, one line each.
        public var damaged: [String]
    }

    /// Opens the checkpoints in a folder, which need not exist.
    public init(folder: String) { self.folder = folder }

    /// Saves a checkpoint, then removes all but the last two.
    ///
    /// - Parameters:
    ///   - json: Counters and other values; numbers are restored exactly.
    ///   - tensors: The tensors by name.
    public func save(_ json: JSONValue, _ tensors: [(String, Tensor)]) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let number = (serials().last ?? 0) + 1
        let bytes = try SafeTensors.encode(tensors)
        try AtomicFile.write(bytes, to: path(number, "safetensors"))
        let note: JSONValue = [
            "checksum": JSONValue(.text(Self.checksum(bytes, json))), "state": json,
        ]
        try AtomicFile.write(Array(note.pretty().utf8), to: path(number, "json"))
        for old in serials().dropLast(2) {
            // The JSON first: a checkpoint without it is invalid.
            try? FileManager.default.removeItem(atPath: path(old, "json"))
            try? FileManager.default.removeItem(atPath: path(old, "safetensors"))
        }
    }

    /// Whether a checkpoint has been saved.
    public var hasAny: Bool { !serials().isEmpty }

    /// Returns the newest valid checkpoint, or nil if there is none. Throws if all checkpoints are damaged.
    public func newest() throws -> Found? {
        var damaged: [String] = []
        let serials = serials()
        for number in serials.reversed() {
            do {
                let json = try JSONValue.load(path(number, "json"))
                let bytes = try Data(contentsOf: URL(fileURLWithPath: path(number, "safetensors")))
                guard let state = json["state"], json["checksum"]?.text == Self.checksum(bytes, state) else {
                    damaged.append("\(path(number, "safetensors")): checksum mismatch")
                    continue
                }
                return Found(
                    json: state, tensors: try SafeTensors(bytes: bytes, name: path(number, "safetensors")),
                    damaged: damaged)
            } catch {
                damaged.append("\(error)")
            }
        }
        guard serials.isEmpty else {
            throw FileError(
                file: folder, place: "checkpoints", found: damaged.joined(separator: "; "),
                allowed:
                    "at least one intact checkpoint; without one, start a new run under another name")
        }
        return nil
    }

    private func path(_ number: Int, _ suffix: String) -> String {
        let digits = String(number)
        return "\(folder)/\(String(repeating: "0", count: max(0, 8 - digits.count)))\(digits).\(suffix)"
    }

    /// The serial numbers of the checkpoints that have a JSON file, in ascending order.
    private func serials() -> [Int] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.compactMap { $0.hasSuffix(".json") ? Int($0.dropLast(5)) : nil }.sorted()
    }

    private static func checksum(_ bytes: some ContiguousBytes, _ json: JSONValue) -> String {
        checksum(bytes) + "-" + checksum(Array(json.line.utf8))
    }

    /// A 64-bit checksum: FNV-1a over eight bytes at a time, mixed so that every bit counts.
    static func checksum(_ bytes: some ContiguousBytes) -> String {
        bytes.withUnsafeBytes { bytes in
            var hash = FNV1a()
            hash.value ^= UInt64(bytes.count)
            var at = 0
            while at + 8 <= bytes.count {
                hash.combine(bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self))
                hash.value ^= hash.value >> 32
                at += 8
            }
            hash.combine(bytes[at...])
            return String(hash.value ^ hash.value >> 29, radix: 16)
        }
    }
}
