import Foundation
import SpeechEmotion
import Synchronization

/// The encoders in use. Each is read once, unless its files change.
enum EncoderStore {
    /// An encoder that is read when it is needed.
    final class Entry: Sendable {
        let source: EncoderSource
        private let loaded = Mutex<(encoder: LoadedEncoder, fingerprint: String?)?>(nil)

        init(_ source: EncoderSource) { self.source = source }

        /// Returns the encoder with its weights.
        func encoder() throws -> SpeechEncoder {
            try loaded.withLock { loaded in
                if let loaded { return loaded.encoder.encoder }
                let encoder = try source.load()
                loaded = (encoder, nil)
                return encoder.encoder
            }
        }

        /// Returns a new encoder with the same weights, which take memory once they are changed.
        ///
        /// - Parameter config: The architecture with other dropout rates.
        func copy(_ config: EncoderConfig) throws -> SpeechEncoder {
            let original = try encoder()
            let copy = SpeechEncoder(config, .zeros)
            for (own, its) in zip(copy.parameters, original.parameters) { own.value = its.value }
            return copy
        }

        /// Returns the fingerprint of the encoder's configuration and weights.
        func fingerprint() throws -> String {
            _ = try encoder()
            return loaded.withLock { loaded in
                let fingerprint = loaded?.fingerprint ?? loaded?.encoder.fingerprint ?? ""
                loaded?.fingerprint = fingerprint
                return fingerprint
            }
        }
    }

    private static let known = Mutex<[String: (state: String, entry: Entry)]>([:])

    /// Returns the encoder at a path. If nothing is there, it is looked for under the same name in the folder that the
    /// environment variable `PROSODY_ENCODERS` names.
    static func entry(_ path: String) throws -> Entry {
        let path = found(path)
        let state = state(path)
        if let kept = known.withLock({ $0[path] }), kept.state == state { return kept.entry }
        let entry = Entry(try EncoderSource(path))
        return known.withLock { known in
            if let kept = known[path], kept.state == state { return kept.entry }
            known[path] = (state, entry)
            return entry
        }
    }

    private static func found(_ path: String) -> String {
        guard !FileManager.default.fileExists(atPath: path),
            let folder = ProcessInfo.processInfo.environment["PROSODY_ENCODERS"]
        else { return path }
        let other = folder + "/" + (path as NSString).lastPathComponent
        return FileManager.default.fileExists(atPath: other) ? other : path
    }

    /// The modification times and sizes of the files, which change with their content.
    private static func state(_ path: String) -> String {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path))?.sorted() ?? []
        return (names.isEmpty ? [path] : names.map { path + "/" + $0 }).map { file in
            FileStamp(file).map { "\($0)" } ?? "-"
        }.joined(separator: "\n")
    }
}
