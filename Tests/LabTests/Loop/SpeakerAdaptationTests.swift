import Autograd
import Configuration
import Foundation
import Lab
import Layers
import Metrics
import SpeechEmotion
import TestSupport
import Testing
import Training

/// Models that are adapted to each speaker of an evaluation.
@Suite(.serialized) struct SpeakerAdaptationTests {
    private final class Quiet: RunObserver {}

    private func evaluate(
        _ settings: [String], _ adaptation: SpeakerAdaptation, _ body: (Evaluation, RunRecord) throws -> Void
    ) throws {
        var json = try JSONValue.parse(smallExperiment, source: "a.json")
        for setting in [
            "training.epochs=2", "augmentation.copies=[[]]", "split.test=0.5", "evaluation.batch_size=5",
        ] + settings { try json.set(setting) }
        let experiment = try Experiment.decode(json)
        try Toy.inFolder { folder in
            _ = try ExperimentRun(experiment, folder: RunFolder(folder + "/run"), observer: Quiet()).run()
            let record = try RunRecord(folder + "/run")
            let evaluation = try RunEvaluation(
                [record], adaptation: adaptation, cache: nil, observer: Quiet()
            ).evaluate()
            // The figures of the model itself stay those of the run.
            #expect(evaluation.result.test["uar"] == record.result?.test["uar"])
            try body(evaluation, record)
        }
    }

    /// Batch normalization of the input, whose statistics for a speaker can be computed by hand.
    @Test func batchNormHasTheStatisticsOfTheSpeaker() throws {
        try evaluate([#"model[0]={"type": "batch_norm"}"#], .batchNorm) { evaluation, record in
            let adapted = try #require(evaluation.adapted)
            #expect(adapted.predictions.ids == evaluation.predictions.ids)
            #expect(adapted.predictions.truths == evaluation.predictions.truths)
            #expect(adapted.predictions.meanLoss.isFinite)
            #expect(adapted.predictions.probabilities != evaluation.predictions.probabilities)
            let clips = try record.experiment.data.read().clips.filter {
                adapted.predictions.ids.contains($0.id)
            }
            let predictor = try Predictor(record.path)
            let norm = try #require(predictor.model.batchNorms.first)
            #expect(predictor.model.batchNorms.count == 1)
            for (speaker, own) in Dictionary(grouping: clips, by: { $0.speaker ?? "" }) {
                let features = try own.map { try predictor.features(of: $0.wave())[0] }
                var (sums, squares, count) = (
                    [Double](repeating: 0, count: 8), [Double](repeating: 0, count: 8), 0.0
                )
                for clip in features {
                    for frame in 0..<(clip.length ?? clip.shape[0]) {
                        count += 1
                        for channel in 0..<8 {
                            let value = Double(clip.values[frame * 8 + channel])
                            sums[channel] += value
                            squares[channel] += value * value
                        }
                    }
                }
                let means = sums.map { $0 / count }
                norm.runningMean.value = Tensor(means.map { Real($0) }, shape: [8])
                norm.runningVariance.value = Tensor(
                    zip(squares, means).map { Real($0 / count - $1 * $1) }, shape: [8])
                for (clip, found) in zip(own, predictor.predictions(for: features.map { [$0] })) {
                    let row = try #require(adapted.predictions.ids.firstIndex(of: clip.id))
                    for (a, b) in zip(found.probabilities, adapted.predictions.probabilities[row]) {
                        #expect(abs(a - b) < 1e-3, "\(speaker)")
                    }
                }
            }
            let folder = try evaluation.write()
            let page = try String(contentsOfFile: folder + "/report.html", encoding: .utf8)
            #expect(page.contains("Adaptation to speakers (batch-norm)") && page.contains("transductive"))
            for name in ["adapted-predictions.csv", "adapted-result.json", "result.json"] {
                #expect(FileManager.default.fileExists(atPath: folder + "/" + name), "\(name)")
            }
        }
    }

    /// The last clip of a speaker is normalized with all of them, as in the run; those before it with fewer.
    @Test func normalizationUsesTheClipsSoFar() throws {
        try evaluate([#"features.normalize="speaker""#], .normalization) { evaluation, _ in
            let adapted = try #require(evaluation.adapted).predictions
            let speakers = adapted.speakers
            var different = 0
            for row in adapted.ids.indices {
                let (a, b) = (adapted.probabilities[row], evaluation.predictions.probabilities[row])
                let distance = zip(a, b).map { abs($0 - $1) }.max() ?? 0
                if row == speakers.lastIndex(of: speakers[row]) {
                    #expect(distance < 1e-5)
                } else if distance > 1e-4 {
                    different += 1
                }
            }
            #expect(different > adapted.ids.count / 2)
        }
    }

    /// All files of a call of `predict` are one speaker.
    @Test func recordingsAreOneSpeaker() throws {
        try evaluate([#"model[0]={"type": "batch_norm"}"#], .batchNorm) { evaluation, record in
            try Toy.inFolder { folder in
                let predictions = try #require(evaluation.adapted).predictions
                let speaker = predictions.speakers[0]
                let rows = predictions.ids.indices.filter { predictions.speakers[$0] == speaker }
                let clips = try record.experiment.data.read().clips
                let paths = try rows.map { row in
                    let clip = try #require(clips.first { $0.id == predictions.ids[row] })
                    let path = "\(folder)/\(row).wav"
                    try AudioFile.write(try clip.wave(), to: path)
                    return path
                }
                let predictor = try Predictor(record.path)
                try predictor.predict(
                    paths, windows: WindowOptions(truncates: true), adaptation: .batchNorm
                ) { index, result in
                    let found = try result.get().summary.probabilities
                    // Files have 16 bits.
                    for (a, b) in zip(found, predictions.probabilities[rows[index]]) {
                        #expect(abs(a - b) < 0.02)
                    }
                }
                // The statistics of training are restored.
                let usual = try predictor.prediction(
                    ofFile: paths[0], windows: WindowOptions(truncates: true)
                ).summary.probabilities
                for (a, b) in zip(usual, evaluation.predictions.probabilities[rows[0]]) {
                    #expect(abs(a - b) < 0.02)
                }
            }
        }
    }

    @Test func modelsThatCannotBeAdaptedAreRefused() throws {
        let error = #expect(throws: InputError.self) { try evaluate([], .batchNorm) { _, _ in } }
        #expect("\(error.map { "\($0)" } ?? "")".contains("requires a model with batch normalization"))
        let other = #expect(throws: InputError.self) { try evaluate([], .normalization) { _, _ in } }
        #expect("\(other.map { "\($0)" } ?? "")".contains("normalizes by speaker"))
    }
}
