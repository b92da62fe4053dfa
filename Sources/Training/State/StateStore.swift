import Autograd
import Configuration
import Foundation

/// The states of a run on disk. The last two are kept: should the newest be damaged, the one before it serves.
///
/// A state is a file of tensors and a small JSON file with the tensors' checksum, written in this order. Both are complete or not there,
/// and a state counts once its JSON is there and the checksum is right.
package struct StateStore: Sendable {
    package let folder: String

    /// One state, with what had to be passed over to find it.
    package struct Found {
        package var json: JSONValue
        package var tensors: SafeTensors
        /// Newer states that could not be used, and why: one line each.
        package var damaged: [String]
    }

    package init(folder: String) { self.folder = folder }

    /// Saves a state after all before it, then removes all but the last two.
    package func save(_ json: JSONValue, _ tensors: [(String, Tensor)]) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let number = (serials().last ?? 0) + 1
        let bytes = try SafeTensors.encode(tensors)
        try AtomicFile.write(bytes, to: path(number, "safetensors"))
        let note: JSONValue = [
            "checksum": JSONValue(.text(Self.checksum(bytes, json))), "state": json,
        ]
        try AtomicFile.write(Array(note.pretty().utf8), to: path(number, "json"))
        for old in serials().dropLast(2) {
            // The JSON first: without it the tensors do not count.
            try? FileManager.default.removeItem(atPath: path(old, "json"))
            try? FileManager.default.removeItem(atPath: path(old, "safetensors"))
        }
    }

    /// Whether a state has been saved.
    package var hasAny: Bool { !serials().isEmpty }

    /// The newest state that is whole; nil where there is none at all. Throws where there are states and all are damaged.
    package func newest() throws -> Found? {
        var damaged: [String] = []
        let serials = serials()
        for number in serials.reversed() {
            do {
                let json = try JSONValue.load(path(number, "json"))
                let bytes = try Data(contentsOf: URL(fileURLWithPath: path(number, "safetensors")))
                guard let state = json["state"], json["checksum"]?.text == Self.checksum(bytes, state) else {
                    damaged.append("\(path(number, "safetensors")): its checksum is wrong")
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
                file: folder, place: "saved states", found: damaged.joined(separator: "; "),
                allowed:
                    "at least one whole state; without one the run has to be started anew under another name")
        }
        return nil
    }

    private func path(_ number: Int, _ suffix: String) -> String {
        let digits = String(number)
        return "\(folder)/\(String(repeating: "0", count: max(0, 8 - digits.count)))\(digits).\(suffix)"
    }

    /// The numbers of the states whose JSON is there, rising.
    private func serials() -> [Int] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.compactMap { $0.hasSuffix(".json") ? Int($0.dropLast(5)) : nil }.sorted()
    }

    private static func checksum(_ bytes: some ContiguousBytes, _ json: JSONValue) -> String {
        checksum(bytes) + "-" + checksum(Array(json.line.utf8))
    }

    /// A 64-bit checksum of bytes (FNV-1a, eight bytes at a time, mixed so that every bit counts).
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
