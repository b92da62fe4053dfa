import Autograd
import Configuration
import Foundation
import SpeechEmotion
import Synchronization

/// Keeps the speech segments that a model detects, and joins them.
public struct SpeechSegments: PreprocessingStep, PinnedOptions {
    /// `bundled`, a run folder, or a model file.
    public var model = "bundled"
    /// The probability of speech at which a segment begins; it ends below 0.7 times this value.
    public var threshold = 0.5
    /// The minimum durations, and the margin around segments.
    public var durations = SegmentDurations()
    /// The SHA-256 of the model file; nil accepts any.
    public var sha256: String?

    public static let type = "speech_segments"
    public static let summary =
        "Keeps the speech segments that a frame classification model detects, and joins them: voice activity detection in noise. A recording without speech segments is left unchanged."
    public static let fields: [Field<Self>] =
        [
            .init(
                "model", \.model,
                "`bundled`, or the run folder or model file of a frame classification model with the class `speech`.",
                .notEmpty),
            .init(
                "threshold", \.threshold,
                "Probability of speech at which a segment begins; it ends below 0.7 times this value.",
                .range(0.01...0.99)),
        ] + group(\.durations) + [
            .init(
                "sha256", \.sha256,
                "SHA-256 of the model file. A run and its model file record it, and a different model is an error; `null` accepts any model.",
                .check("of 64 hexadecimal digits in lowercase") {
                    $0.map { $0.utf8.count == 64 && $0.allSatisfy { $0.isHexDigit && !$0.isUppercase } }
                        ?? true
                }
            )
        ]

    public init() {}

    public var removesSilence: Bool { true }

    /// Registers the step, so that configs can use it. Call it before a config is read; calling it again has no effect.
    public static func register() { PreprocessingKinds.register(Self.self) }

    /// Returns the segments joined without a fade; the waveform itself if there are none. Throws an `InputError` if the model cannot be read.
    public func callAsFunction(_ wave: Waveform) throws -> Waveform {
        guard wave.count > 0 else { return wave }
        let decision = SegmentDecision(open: threshold, close: 0.7 * threshold, durations)
        let found = try loaded().detector.segments(wave, decision)
        return found.isEmpty ? wave : wave.joining(found.map { $0.start..<$0.end })
    }

    /// Returns the step with the SHA-256 of its model. Throws if it already has the SHA-256 of a different one.
    public func pinned() throws -> SpeechSegments {
        var result = self
        result.sha256 = try loaded().sha256
        return result
    }

    /// The options without the path of the model if its SHA-256 is known.
    public var identity: JSONValue {
        var json = encode()
        if sha256 != nil { json["model"] = nil }
        return json
    }

    private typealias Loaded = (detector: SpeechDetector, sha256: String)
    private static let known = Mutex<[String: Loaded]>([:])

    /// The model, which is read once.
    private func loaded() throws(InputError) -> Loaded {
        let found: Loaded
        do {
            let path = try BundledModel.voiceActivityPath(model)
            found = try Self.known.withLock { known in
                if let kept = known[path] { return kept }
                let made = try (SpeechDetector(model: path), SHA256.hash(contentsOf: RunFile.modelFile(path)))
                known[path] = made
                return made
            }
        } catch {
            throw InputError(
                Self.type, reading: error,
                allowed: "the bundled model, or a frame classification model with the class \"speech\"")
        }
        guard let sha256, sha256 != found.sha256 else { return found }
        throw InputError(
            "\(Self.type), the model \(model)", found: "a different model: SHA-256 \(found.sha256)",
            allowed: "SHA-256 \(sha256), the recorded model")
    }
}
