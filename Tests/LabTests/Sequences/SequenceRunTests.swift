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
            try ExperimentRun(experiment(), folder: RunFolder(folder.file(name)), observer: Quiet()).run()
        }
        let names = results[0].test.entries.map(\.name)
        #expect(names == ["loss", "label_error_rate", "exact_matches"])
        #expect(results[0].intervals.map(\.over) == [.speakers, .speakers] && results[0].epochs == 3)
        for name in [
            RunFile.predictions, RunFile.sequences, RunFile.model, RunFile.metrics, RunFile.result,
            RunFile.split,
        ] {
            let files = ["a", "b"].map { FileManager.default.contents(atPath: folder.file("\($0)/\(name)")) }
            #expect(files[0] != nil && files[0] == files[1], "\(name)")
        }
        let record = try RunRecord(folder.file("a"))
        #expect(record.gap == nil)
        let predictions = try #require(record.predictions)
        #expect(predictions.ids.count == 9 && predictions.knownSpeakers?.count == 3)
        let rate = try Metric.labelErrorRate.value(of: predictions)
        #expect(rate == results[0].test["label_error_rate"])
        let digests = try #require(try RunChecksums(folder: record.path)).digests.map(\.name)
        #expect(digests.contains(RunFile.predictions) && digests.contains(RunFile.sequences))
        let page = try String(contentsOfFile: folder.file("a/report.html"), encoding: .utf8)
        #expect(page.contains("Label sequences") && page.contains("Clips with the most errors"))
        // The audit counts tokens, not transcripts.
        let audit = try JSONValue.load(record.file(RunFile.audit))
        let counted = audit["subsets"]?.elements?[0]["classes"]?.members?.map(\.key) ?? []
        #expect(!counted.isEmpty && counted.allSatisfy { $0.count == 1 }, "\(counted)")
        #expect(record.epochs.last?["validation_label_error_rate"] != nil)
        #expect(record.epochs.last?["train_accuracy"] == nil)
        #expect(record.epochs[2]["train_loss"] ?? 9 < record.epochs[0]["train_loss"] ?? 0)
        #expect(FileManager.default.fileExists(atPath: folder.file("a/report.html")))

        let predictor = try #require(try StepPredictor(folder.file("a")))
        #expect(predictor.outputs.first == SequenceVocabulary.blank)
        let clip = SyntheticClip(
            seed: 1, speaker: 1, emotion: .neutral, statement: 1, repetition: 1, digits: [3, 1])
        try AudioFile.write(clip.wave(), to: folder.file("clip.wav"))
        let (tokens, score) = try predictor.tokens(AudioFile.read(folder.file("clip.wav")))
        #expect(tokens.allSatisfy { predictor.outputs.contains($0) } && score <= 0)
        #expect(throws: FileError.self) { try Predictor(folder.file("a")) }
    }

    @Test func vocabulary() {
        let vocabulary = SequenceVocabulary(transcripts: ["b a", "a  c", ""])
        #expect(vocabulary.outputs == ["<blank>", "a", "b", "c"])
        #expect(vocabulary.labels(["c", "a", "c", "x", "<blank>"]) == [3, 1, 3])
        #expect(vocabulary.tokens([2, 1]) == ["b", "a"])
        #expect(SequenceVocabulary(outputs: ["angry", "sad"]) == nil)
    }

    @Test(arguments: [
        (#"training.mixup=0.2"#, "training.mixup: cannot mix the labels of steps"),
        (#"evaluation.tta=[[{"type": "gain"}]]"#, "evaluation.tta"),
        (#"model=[{"type": "gru", "units": 4}]"#, "expected [steps, 11], one logit per class: <blank>, 0, 1"),
        (
            #"model=[{"type": "gru", "units": 4, "output": "last"}, {"type": "dense", "units": "classes"}]"#,
            "[steps, tokens]"
        ),
        (#"training.selection.monitor="validation_uar""#, "unknown metric"),
        (#"evaluation.metrics=["uar"]"#, "use one of label_error_rate, exact_matches"),
        ("evaluation.conformal=0.9", "evaluation.conformal: is not available with the loss ctc"),
    ])
    func impossibleOptionsAreNamed(_ setting: String, _ message: String) {
        let problem = #expect(throws: ConfigurationError.self) { try experiment([setting]) }
        #expect(problem.map { "\($0)" }?.contains(message) == true, "\(problem.map { "\($0)" } ?? "")")
    }

    /// A search scores trials by the label error rate, which is minimized.
    @Test func aSearch() throws {
        let folder = try TestFolder()
        let search =
            #"search={"parameters": {"optimizer.learning_rate": [1e-9, 0.02]}, "folds": 2, "metric": "label_error_rate"}"#
        let result = try ExperimentRun(
            experiment([search, "training.epochs=8"]), folder: RunFolder(folder.file("s")), observer: Quiet()
        ).run()
        let table = try CSVTable(contentsOf: folder.file("s/search.csv"))
        let score = try #require(table.column("label_error_rate"))
        let scores = table.rows.compactMap { Double($0[score].text) }
        #expect(scores.count == 2 && scores[0] <= scores[1], "\(scores)")
        let best = try #require(table.column("optimizer.learning_rate"))
        #expect(result.search["optimizer.learning_rate"]?.line == table.rows[0][best].text)
    }
}
