import Autograd
import Configuration
import SpeechEmotion

/// Computes the features of a tone to find errors that would affect every recording: deltas wider than the sequence,
/// concatenated features with different numbers of frames, missing background noise files.
struct FeatureProbe {
    /// The errors with their paths in the experiment.
    private(set) var failures: [(path: JSONPath, error: any Error)] = []

    /// The durations of the tones in seconds; a longer one is tried if a shorter one fails.
    private static let lengths: [Double] = [2, 16, 128]

    /// Tests the features alone, then with the augmentation of the training set.
    init(_ experiment: Experiment) {
        let pipeline = experiment.features
        let plan = experiment.augmentation.drawing(from: [Self.voice])
        // A table has the features of its own clips only.
        if pipeline.layout.value is TableLayout { return }
        let generator = RandomGenerator(seed: UInt64(max(experiment.seed, 0)))
        if let error = Self.failure(pipeline, { $0 }) {
            failures.append((["features"], error))
            return
        }
        for copy in plan.copies.indices where !plan.copies[copy].isEmpty {
            let error = Self.failure(pipeline) { try plan.wave($0, copy: copy, of: "tone", generator) }
            guard let error else { continue }
            failures.append((JSONPath([.key("augmentation"), .key("copies"), .index(copy)]), error))
        }
        guard !plan.waveform.isEmpty else { return }
        let error = Self.failure(pipeline) {
            try plan.epochWaveform($0, copy: 0, of: "tone", epoch: 0, generator)
        }
        if let error { failures.append((["augmentation", "waveform"], error)) }
    }

    /// A clip for babble.
    private static var voice: Clip {
        let clip = SyntheticClip(seed: 1, speaker: 1, emotion: .neutral, statement: 1, repetition: 1)
        return Clip(id: clip.id, source: .synthetic(clip), label: clip.emotion.rawValue)
    }

    /// Returns the error if features can be computed for none of the tones.
    private static func failure(
        _ pipeline: FeaturePipeline, _ change: (Waveform) throws -> Waveform
    ) -> (any Error)? {
        var failure: (any Error)?
        for seconds in lengths {
            do {
                let tone = Waveform.tone(pipeline.offset + seconds, rate: pipeline.sampleRate)
                _ = try pipeline.features(of: change(pipeline.preprocessed(tone)))
                return nil
            } catch { failure = error }
        }
        return failure
    }
}
