import Autograd
import Foundation
import SpeechEmotion
import Synchronization

/// The encoders in use. Each is read once, unless its files change.
enum EncoderStore {
    /// An encoder that is read when it is needed.
    final class Entry: Sendable {
        let source: EncoderSource
        private let weightType: EncoderChoice.WeightType
        private let loaded = Mutex<(encoder: LoadedEncoder, fingerprint: String?)?>(nil)

        init(_ source: EncoderSource, _ weightType: EncoderChoice.WeightType) {
            (self.source, self.weightType) = (source, weightType)
        }

        /// Returns the encoder with its weights.
        func encoder() throws -> SpeechEncoder {
            try loaded.withLock { loaded in
                if let loaded { return loaded.encoder.encoder }
                let encoder = try source.load()
                loaded = (encoder, nil)
                if weightType == .int8 {
                    // That of the weights which are replaced.
                    loaded?.fingerprint = encoder.fingerprint
                    encoder.encoder.quantize()
                    Memory.releaseCached()
                }
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

    private static let known = Mutex<[Key: (state: String, entry: Entry)]>([:])

    private struct Key: Hashable {
        let path: String
        let weightType: EncoderChoice.WeightType
    }

    /// Returns the encoder at a path. If nothing is there, it is looked for under the same name in the folder that the
    /// environment variable `PROSODY_ENCODERS` names.
    static func entry(_ path: String, _ weightType: EncoderChoice.WeightType) throws -> Entry {
        let path = found(path)
        let state = state(path)
        let key = Key(path: path, weightType: weightType)
        if let kept = known.withLock({ $0[key] }), kept.state == state { return kept.entry }
        let entry = Entry(try EncoderSource(path), weightType)
        return known.withLock { known in
            if let kept = known[key], kept.state == state { return kept.entry }
            known[key] = (state, entry)
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
