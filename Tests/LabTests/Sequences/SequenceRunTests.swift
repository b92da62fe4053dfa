import Autograd
import Configuration
import Foundation
import Lab
import Layers
import Metrics
import SpeechEmotion
import SpeechTestSupport
import Testing

@Suite struct SequenceRunTests {
    private final class Quiet: RunObserver {}

    private static let config = """
        {
            "name": "digits",
            "data": {"source": {"type": "spoken_digits", "speakers": 6, "clips": 3, "digits": [1, 2]}},
            "split": {"type": "grouped", "by": "speaker", "test": 0.5, "validation": 0.2},
            "features": {
                "layout": {
                    "type": "sequence", "frames": 60,
                    "features": [{"type": "mel", "scale": "db", "n_fft": 512, "hop_length": 512, "n_mels": 12}]
                }
            },
            "model": [
                {"type": "feature_norm"}, {"type": "gru", "units": 8}, {"type": "dense", "units": "classes"}
            ],
            "loss": {"type": "ctc"},
            "optimizer": {"type": "adam", "learning_rate": 0.02},
            "training": {
                "epochs": 3, "batch_size": 4,
                "selection": {"monitor": "validation_label_error_rate", "mode": "min"}
            }
        }
        """

    private func experiment(_ settings: [String] = []) throws -> Experiment {
        let (experiment, json) = try Experiment.resolve(
            JSONValue.parse(Self.config, source: "digits.json"), settings: settings)
        _ = try ValidatedExperiment(experiment, json: json)
        return experiment
    }

    /// A run has its files, two runs have the same bits, and the model predicts files.
    @Test func aRun() throws {
        let folder = try TestFolder()
        let results = try ["a", "b"].map { name in
            try experiment().run(in: RunFolder(folder.file(name)), observer: Quiet())
        }
        let names = results[0].test.entries.map(\.name)
        #expect(names == ["loss", "label_error_rate", "exact_matches"])
        #expect(results[0].intervals.map(\.over) == [.speakers] && results[0].epochs == 3)
        #expect(results[0].speakers.count == 3)
        for name in [RunFile.sequences, RunFile.model, RunFile.metrics, RunFile.result, RunFile.split] {
            let files = ["a", "b"].map { FileManager.default.contents(atPath: folder.file("\($0)/\(name)")) }
            #expect(files[0] != nil && files[0] == files[1], "\(name)")
        }
        let record = try RunRecord(folder.file("a"))
        #expect(record.gap == nil && record.predictions == nil)
        #expect(record.epochs.last?["validation_label_error_rate"] != nil)
        #expect(record.epochs.last?["train_accuracy"] == nil)
        #expect(record.epochs[2]["train_loss"] ?? 9 < record.epochs[0]["train_loss"] ?? 0)
        #expect(FileManager.default.fileExists(atPath: folder.file("a/report.html")))

        let predictor = try #require(try SequencePredictor(folder.file("a")))
        #expect(predictor.vocabulary.outputs.first == SequenceVocabulary.blank)
        let clip = SyntheticClip(
            seed: 1, speaker: 1, emotion: .neutral, statement: 1, repetition: 1, digits: [3, 1])
        try AudioFile.write(clip.wave(), to: folder.file("clip.wav"))
        let (tokens, score) = try predictor.predict(file: folder.file("clip.wav"))
        #expect(tokens.allSatisfy { predictor.vocabulary.outputs.contains($0) } && score <= 0)
    }

    @Test func vocabulary() {
        let vocabulary = SequenceVocabulary(transcripts: ["b a", "a  c", ""])
        #expect(vocabulary.outputs == ["<blank>", "a", "b", "c"])
        #expect(vocabulary.labels("c a c x") == [3, 1, 3])
        #expect(vocabulary.tokens([2, 1]) == ["b", "a"])
        #expect(SequenceVocabulary(outputs: ["angry", "sad"]) == nil)
    }

    @Test(arguments: [
        (#"training.mixup=0.2"#, "training.mixup: cannot mix label sequences"),
        (#"evaluation.tta=[[{"type": "gain"}]]"#, "evaluation.tta"),
        (#"model=[{"type": "gru", "units": 4}]"#, "expected [steps, 11], one logit per class: <blank>, 0, 1"),
        (
            #"model=[{"type": "gru", "units": 4, "output": "last"}, {"type": "dense", "units": "classes"}]"#,
            "[steps, tokens]"
        ),
        (#"training.selection.monitor="validation_uar""#, "unknown metric"),
    ])
    func impossibleOptionsAreNamed(_ setting: String, _ message: String) {
        let problem = #expect(throws: ConfigurationError.self) { try experiment([setting]) }
        #expect(problem.map { "\($0)" }?.contains(message) == true, "\(problem.map { "\($0)" } ?? "")")
    }
}
