import Autograd
import Configuration
import Foundation
import Lab
import Layers
import Metrics
import SpeechEmotion
import SpeechTestSupport
import Testing
import Training

@Suite struct FrameLabelsTests {
    private final class Quiet: RunObserver {}

    private static let config = """
        {
            "name": "frames",
            "data": {"source": {"type": "spoken_digits", "speakers": 6, "clips": 3, "digits": [1, 2]}},
            "frame_labels": {"merge": "speech", "unlabeled": "silence"},
            "split": {"type": "grouped", "by": "speaker", "test": 0.5, "validation": 0.2},
            "features": {
                "layout": {
                    "type": "sequence", "frames": 60,
                    "features": [{"type": "mel", "scale": "db", "n_fft": 512, "hop_length": 256, "n_mels": 12}]
                }
            },
            "model": [
                {"type": "feature_norm"}, {"type": "conv1d", "filters": 8, "kernel_size": 3, "stride": 2, "padding": "same", "activation": "relu"},
                {"type": "dense", "units": "classes"}
            ],
            "loss": {"type": "cross_entropy", "class_weights": "balanced"},
            "optimizer": {"type": "adam", "learning_rate": 0.02},
            "training": {"epochs": 15, "batch_size": 4, "selection": {"monitor": "validation_uar"}}
        }
        """

    private func experiment(_ settings: [String] = []) throws -> Experiment {
        let (experiment, json) = try Experiment.resolve(
            JSONValue.parse(Self.config, source: "frames.json"), settings: settings)
        _ = try ValidatedExperiment(experiment, json: json)
        return experiment
    }

    private func run(_ folder: TestFolder, _ name: String, _ settings: [String] = []) throws -> RunRecord {
        _ = try ExperimentRun(
            experiment(settings), folder: RunFolder(folder.file(name)), observer: Quiet()
        ).run()
        return try RunRecord(folder.file(name))
    }

    /// A run learns to find speech, two runs have the same bits, its predictions survive their file, and files are predicted as segments.
    @Test func aRun() throws {
        let folder = try TestFolder()
        let records = try ["a", "b"].map { try run(folder, $0) }
        let result = try records[0].requireEnd()
        #expect(result.test.entries.map(\.name) == ["loss", "accuracy", "uar", "macro_f1", "segment_f1"])
        #expect(result.intervals.allSatisfy { $0.over == .speakers && $0.units == 3 })
        let uar = try #require(result.test["uar"] ?? nil)
        #expect(uar > 0.75, "\(uar)")
        for name in records[0].experiment.repeatableFiles {
            let files = ["a", "b"].map { FileManager.default.contents(atPath: folder.file("\($0)/\(name)")) }
            #expect(files[0] != nil && files[0] == files[1], "\(name)")
        }
        let predictions = try #require(records[0].predictions)
        #expect(predictions.classes == ["silence", "speech"] && predictions.ids.count == 9)
        for metric in [Metric.accuracy, .uar, .segmentF1] {
            #expect(try metric.value(of: predictions) == result.test[metric.name], "\(metric.name)")
        }
        // The labels of a clip are the segments of the synthesizer, with the precision of a step of 32 ms.
        let clip = try #require(records[0].experiment.data.read().clips.first { $0.id == predictions.ids[0] })
        guard case .synthetic(let synthetic) = clip.source else { return }
        let speech = predictions.frames[0].trueSegments.filter { $0.label == 1 }
        #expect(speech.count == 1)
        #expect(abs(speech[0].start - synthetic.segments[0].start) < 0.02)
        #expect(abs(speech[0].end - (synthetic.segments.last?.end ?? 0)) < 0.02 || speech[0].end > 0.9)
        let page = try String(contentsOfFile: folder.file("a/report.html"), encoding: .utf8)
        #expect(page.contains("F1 score of frames by class") && page.contains("Confusion matrix"))

        let predictor = try #require(try StepPredictor(folder.file("a")))
        let wave = clip.source.wave
        let found = try predictor.frames(wave)
        #expect(found.first?.start == 0 && found.map(\.truth).allSatisfy { $0 == nil })
        // A recording of four times the input: the steps are as long, and the middle of each window counts.
        let long = Waveform((0..<4).flatMap { _ in wave.samples }, rate: wave.rate)
        let segments = try predictor.frames(long).predictedSegments
        #expect(abs((segments.last?.end ?? 0) - long.duration) < 0.06)
        #expect(zip(segments, segments.dropFirst()).allSatisfy { $0.end == $1.start && $0.label != $1.label })
    }

    /// Unlabeled frames are ignored, classes come from a file, and a search may change the step.
    @Test func segmentsOfAFile() throws {
        let folder = try TestFolder()
        let clips = try experiment().data.read().clips
        var lines = ["label,clip,start,end"]
        for clip in clips {
            lines += ["low,\(clip.id),0,0.25", "high,\(clip.id),0.5,0.6", "high,\(clip.id),0.6,0.7"]
        }
        try lines.joined(separator: "\n").write(
            toFile: folder.file("s.csv"), atomically: false, encoding: .utf8)
        let labels = #"frame_labels={"segments": "\#(folder.file("s.csv"))"}"#
        let search =
            #"search={"parameters": {"model[1].stride": [1, 3]}, "folds": 2, "metric": "macro_f1"}"#
        let record = try run(folder, "a", [labels, search, "training.epochs=2", "data.source.digits=3"])
        let predictions = try #require(record.predictions)
        #expect(predictions.classes == ["high", "low"])
        let labeled = predictions.frames[0].filter { $0.truth != nil }
        let stride = try #require(record.requireEnd().search["model[1].stride"]?.integer)
        // Centers of steps below 0.25 s, and from 0.5 s to 0.7 s, every 16 ms times the stride.
        let wanted = stride == 1 ? 16 + 12 : 5 + 4
        #expect(labeled.reduce(0) { $0 + $1.frames } == wanted, "\(stride)")
        #expect(record.predictions?.frames[0].trueSegments.map(\.label) == [1, 0])
    }

    /// Labels that are found in recordings are those of each copy: a clip that is moved by 0.32 s, ten steps, has its speech later.
    @Test func labelsByVoiceActivity() throws {
        let experiment = try experiment([
            #"frame_labels={"voice_activity": {"open_db": 20, "close_db": 15}, "merge": "speech", "unlabeled": "silence"}"#,
            #"augmentation.copies=[[], [{"type": "time_shift", "seconds": 0.32}]]"#,
        ])
        let data = try ExperimentData(experiment)
        let clips = Array(try data.clips(.train).prefix(3))
        let set = try TrainingSet(
            clips, data.loading, plan: experiment.augmentation, batch: 6, generator: RandomGenerator(seed: 1))
        let batch = try set.inOrder()[0]
        guard case .values(let targets) = batch.targets else {
            Issue.record("no labels of steps")
            return
        }
        #expect(batch.ids == clips.flatMap { [$0.id, $0.id + "#1"] })
        let energy = try EnergyActivity.decode(text: #"{"open_db": 20, "close_db": 15}"#)
        for (index, clip) in clips.enumerated() {
            let wave = try clip.source.wave.resampled(to: 16000)
            let moved = Waveform(
                [Float](repeating: 0, count: 5120) + wave.samples.dropLast(5120), rate: wave.rate)
            for (copy, sound) in [wave, moved].enumerated() {
                let row = targets.select(axis: 0, index: 2 * index + copy).array
                let segments = energy.segments(of: sound)
                #expect(!segments.isEmpty)
                var speech = 0
                for (step, label) in row.enumerated() where !label.isNaN {
                    // The center of two frames of 16 ms, of which the first is at 0.
                    let time = 0.032 * Double(step) + 0.008
                    #expect((label == 1) == segments.contains { $0.contains(time) }, "\(step)")
                    speech += label == 1 ? 1 : 0
                }
                #expect(speech > 0)
            }
        }
    }

    @Test func lossOfLabeledFrames() {
        let generator = RandomGenerator(seed: 3)
        let outputs = Tensor((0..<24).map { _ in Real(generator.normal()) }, shape: [2, 4, 3])
        let nan = Real.nan
        let targets = Targets.values(Tensor([0, nan, 2, 1, 1, nan, nan, 2], shape: [2, 4]))
        let base = CrossEntropyLoss(classWeights: [1, 2, 0.5])
        let loss = FrameLoss(base)
        let rows = outputs.reshaped([8, 3])
        // The last step of the first example is padding.
        let picked = rows.indexSelected(Indices([0, 2, 4, 7]), axis: 0)
        let wanted = base.mean(picked, .classes(Indices([0, 2, 1, 2]))).item()
        #expect(loss.mean(Signal(outputs, lengths: [3, 4]), targets).item() == wanted)
        #expect(loss.weight(outputs, targets) == 1 + 0.5 + 2 + 2 + 0.5)
        let none = Targets.values(Tensor(Array(repeating: nan, count: 8), shape: [2, 4]))
        #expect(loss.mean(outputs, none).item() == 0 && loss.weight(outputs, none) == 0)
    }

    @Test(arguments: [
        ("features.preprocessing=[{\"type\": \"trim\"}]", "changes the times of frames"),
        ("augmentation.waveform=[{\"type\": \"time_stretch\"}]", "changes the times of frames"),
        (#"loss={"type": "ctc"}"#, "does not classify frames"),
        ("training.mixup=0.2", "cannot mix the labels of steps; remove it, or frame_labels"),
        (#"evaluation.metrics=["auc"]"#, "does not apply to this model; use one of accuracy, uar"),
        (#"frame_labels={"merge": "speech"}"#, "leaves a single class"),
        (#"frame_labels={"voice_activity": {}}"#, "requires the names of its classes"),
        (
            #"frame_labels={"voice_activity": {}, "segments": "s.csv", "merge": "speech", "unlabeled": "x"}"#,
            "conflicts with \"segments\""
        ),
        (
            #"model=[{"type": "global_pool"}, {"type": "dense", "units": "classes"}]"#,
            "expected [steps, 2]"
        ),
        (#"features.layout.padding="front""#, "moves frames against their labels"),
    ])
    func impossibleOptionsAreNamed(_ setting: String, _ message: String) {
        let problem = #expect(throws: ConfigurationError.self) { try experiment([setting]) }
        #expect(problem.map { "\($0)" }?.contains(message) == true, "\(problem.map { "\($0)" } ?? "")")
    }

    @Test func copiesKeepTheSilenceInWhichSpeechIsFound() {
        let problem = #expect(throws: ConfigurationError.self) {
            try experiment([
                #"frame_labels={"voice_activity": {}, "merge": "speech", "unlabeled": "silence"}"#,
                #"augmentation.copies=[[{"type": "time_shift"}, {"type": "noise"}]]"#,
            ])
        }
        let text = problem.map { "\($0)" } ?? ""
        #expect(
            text.contains("augmentation.copies[0][1]") && text.contains("adds sound to pauses"), "\(text)")
    }

    /// Steps that are no whole number of frames, files without known clips, and damaged files.
    @Test func unusableLabelsAreNamed() throws {
        let folder = try TestFolder()
        func problem(_ settings: [String]) -> String {
            do {
                _ = try run(folder, "x", settings)
                return ""
            } catch { return "\(error)" }
        }
        #expect(problem([#"model[1].padding="valid""#]).contains("not evenly spaced frames"))
        let cases = [
            ("clip,start,end,label\nother,0,1,a\n", "no segment of the clips, such as one of \"other\""),
            ("clip,start,end\nother,0,1\n", "expected the columns clip, start, end, label"),
            ("clip,start,end,label\na,1,x,b\n", "2:5: expected a time in seconds"),
            ("clip,start,end,label\na,2,1,b\n", "expected an end after the start, 2.0, found 1.0"),
            ("clip,start,end,label\na,0,2,b\na,1,3,c\n", "3:3: the segment from 1.0 s overlaps"),
            ("clip,start,end,label\na,0,2,\n", "an empty label"),
        ]
        for (text, message) in cases {
            try text.write(toFile: folder.file("s.csv"), atomically: false, encoding: .utf8)
            let found = problem([#"frame_labels={"segments": "\#(folder.file("s.csv"))"}"#])
            #expect(found.contains(message), "\(found)")
        }
    }
}

extension Clip.Source {
    fileprivate var wave: Waveform {
        if case .synthetic(let clip) = self { clip.wave() } else { Waveform([], rate: 16000) }
    }
}
