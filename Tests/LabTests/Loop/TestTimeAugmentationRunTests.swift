import Training
import Autograd
import Configuration
import Foundation
import Lab
import Layers
import TestSupport
import SpeechEmotion
import Testing

/// Runs whose models are tested on more forms of a sound than the sound itself.
@Suite(.serialized) struct TestTimeAugmentationRunTests {
    private final class Silent: RunObserver {}

    private static let views =
        #"[[{"type": "speed", "factor": 0.9}], [{"type": "noise", "snr": 20}, {"type": "gain", "decibels": 3}]]"#

    private func run(_ path: String, _ settings: String...) throws -> RunRecord {
        var json = try JSONValue.parse(smallExperiment, source: "a.json")
        try json.set("training.epochs=2")
        for setting in settings { try json.set(setting) }
        _ = try ExperimentRun(Experiment.decode(json), folder: RunFolder(path), observer: Silent()).run()
        return try RunRecord(path)
    }

    private func bytes(_ run: RunRecord, _ name: String) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: run.file(name)))
    }

    @Test func theMeanOfTheLogitsIsTested() throws {
        try Toy.inFolder { folder in
            let plain = try run(folder + "/plain")
            let viewed = try run(folder + "/viewed", "evaluation.tta=\(Self.views)")
            // Training and its validation hear the sounds alone.
            #expect(try bytes(plain, "metrics.jsonl") == bytes(viewed, "metrics.jsonl"))
            let predictor = try Predictor(viewed.path)
            #expect(predictor.tta.count == 3)
            #expect(try Predictor(plain.path).tta.count == 1)

            let found = try #require(viewed.predictions)
            let clips = try viewed.experiment.data.read().clips
            var isOther = false
            for (row, id) in found.ids.enumerated() {
                let clip = try #require(clips.first { $0.id == id })
                guard case .synthetic(let sound) = clip.source else { continue }
                let features = try predictor.features(of: sound.wave())
                #expect(features.count == 3 && Set(features.map(\.values)).count == 3)
                let logits = features.map { view in
                    let x = Batch([view], labels: [0], ids: []).inputs
                    return predictor.model.forward(x, .inference).tensor
                }
                let mean = ((logits[0] + logits[1] + logits[2]) / 3).softmax(axis: -1).array
                let answer = predictor.predictions(for: [features])[0].probabilities
                for (place, value) in mean.enumerated() {
                    #expect(abs(Double(value) - found.probabilities[row][place]) < 1e-5)
                    #expect(abs(Double(value) - answer[place]) < 1e-5)
                }
                isOther = isOther || abs(mean[0] - logits[0].softmax(axis: -1).array[0]) > 1e-3
            }
            #expect(isOther)
            let page = try String(contentsOfFile: viewed.file(RunFile.report), encoding: .utf8)
            #expect(page.contains("logits averaged over the original and augmented copies"))
        }
    }

    /// With other views a run says what a run with these would have said.
    @Test func anEvaluationMayTakeOtherViews() throws {
        try Toy.inFolder { folder in
            let plain = try run(folder + "/plain")
            let viewed = try run(folder + "/viewed", "evaluation.tta=\(Self.views)")
            func csv(_ run: RunRecord, _ views: TestTimeAugmentation?) throws -> String {
                try RunEvaluation([run], tta: views, cache: nil, observer: Silent()).evaluate().predictions
                    .csv
            }
            let views = try TestTimeAugmentation(list: JSONValue.parse(Self.views, source: "views"))
            #expect(
                try csv(plain, views)
                    == String(contentsOfFile: viewed.file("predictions.csv"), encoding: .utf8))
            #expect(
                try csv(viewed, TestTimeAugmentation())
                    == String(contentsOfFile: plain.file("predictions.csv"), encoding: .utf8))
            #expect(try csv(viewed, nil) == csv(plain, views))

            let error = #expect(throws: FileError.self) {
                try Ensemble.combine([plain.path, viewed.path])
            }
            #expect(error?.place.hasPrefix("tta") == true)
        }
    }

    /// A search measures its validation part in the same way.
    @Test func theValidationPartIsMeasuredWithViewsToo() throws {
        try Toy.inFolder { folder in
            let plain = try run(folder + "/plain", "evaluation.subset=validation")
            let viewed = try run(
                folder + "/viewed", "evaluation.subset=validation", "evaluation.tta=\(Self.views)")
            let (one, other) = (try #require(plain.predictions), try #require(viewed.predictions))
            #expect(one.ids == other.ids && one.probabilities != other.probabilities)
            #expect(!FileManager.default.fileExists(atPath: viewed.path + "/test-reads.jsonl"))
        }
    }

    /// Each form of a speaker's clips is brought to one measure by itself, in a run and in an evaluation.
    @Test func viewsAreNormalisedBySpeaker() throws {
        try Toy.inFolder { folder in
            let viewed = try run(
                folder + "/viewed", "evaluation.tta=\(Self.views)", "features.normalize=speaker")
            let again = try RunEvaluation([viewed], cache: nil, observer: Silent()).evaluate().predictions.csv
            #expect(try again == String(contentsOfFile: viewed.file("predictions.csv"), encoding: .utf8))
        }
    }

    /// Files, those of one speaker together where features are normalised by speaker, from their sounds and from a cache.
    @Test(arguments: ["none", "speaker"]) func filesArePredictedWithViews(_ measure: String) throws {
        try Toy.inFolder { folder in
            let viewed = try run(
                folder + "/viewed", "evaluation.tta=\(Self.views)", "features.normalize=\(measure)")
            let predictor = try Predictor(viewed.path)
            let clips = try viewed.experiment.data.read().clips.prefix(4)
            let files = try clips.enumerated().map { number, clip in
                let file = "\(folder)/\(number).wav"
                guard case .synthetic(let sound) = clip.source else { return file }
                try AudioFile.write(sound.wave(), to: file, as: .wavFloat)
                return file
            }
            func answers(_ predictor: Predictor, _ cache: FeatureCache?) throws -> [[Double]] {
                var found: [[Double]] = []
                try predictor.predict(files, windows: WindowOptions(truncates: true), cache: cache) {
                    found.append(try $1.get().summary.probabilities)
                }
                return found
            }
            let found = try answers(predictor, nil)
            for _ in 0..<2 {
                #expect(try answers(predictor, FeatureCache(folder: folder + "/kept")) == found)
            }
            #expect(try answers(Predictor(viewed.path, tta: TestTimeAugmentation()), nil) != found)

            var sounds = try files.map { try predictor.features(of: AudioFile.read($0, rate: nil)) }
            if measure == "speaker" {
                for view in 0..<3 {
                    let speaker = try SpeakerNormalization(sounds.map { $0[view] })
                    for sound in sounds.indices { sounds[sound][view] = speaker(sounds[sound][view]) }
                }
            }
            for (one, other) in zip(predictor.predictions(for: sounds), found) {
                for (a, b) in zip(one.probabilities, other) { #expect(abs(a - b) < 1e-5) }
            }
        }
    }

    /// Members that are asked about the same forms make a model that is asked about them.
    @Test func ensemblesKeepTheirViews() throws {
        try Toy.inFolder { folder in
            let one = try run(folder + "/one", "evaluation.tta=\(Self.views)")
            let other = try run(folder + "/other", "evaluation.tta=\(Self.views)", "seed=2")
            let (model, card) = try Ensemble.combine([one.path, other.path])
            let file = folder + "/both.safetensors"
            try ModelFile.write(model, card: card, to: file)
            #expect(
                try Predictor(file).tta.copies.encode() == Predictor(one.path).tta.copies.encode())
            #expect(try Predictor(file, tta: TestTimeAugmentation()).tta.count == 1)
            // Written with fewer words, as an older program would have.
            let words = try JSONValue.parse(Self.views, source: "views")
            var short = card
            short.tta = words
            try ModelFile.write(model, card: short, to: folder + "/short.safetensors")
            _ = try Ensemble.combine([file, folder + "/short.safetensors"])
        }
    }

    /// A sound that is too short for a form of it is answered by itself.
    @Test func shortSoundsAreAnsweredAsTheyAre() throws {
        try Toy.inFolder { folder in
            let views = #"[[{"type": "speed", "factor": 1.5}]]"#
            let viewed = try run(
                folder + "/viewed", "evaluation.tta=\(views)", "features.layout.deltas=1")
            let predictor = try Predictor(viewed.path)
            let plain = try Predictor(viewed.path, tta: TestTimeAugmentation())
            func answer(_ predictor: Predictor, _ samples: Int) throws -> [Double] {
                let rate = viewed.experiment.features.sampleRate
                let wave = Waveform((0..<samples).map { Float(sin(Double($0) / 5)) }, rate: rate)
                return predictor.predictions(for: [try predictor.features(of: wave)])[0].probabilities
            }
            // Deltas take nine frames: this sound has as many, and faster it has fewer.
            #expect(try answer(predictor, 2100) == answer(plain, 2100))
            #expect(try answer(predictor, 8000) != answer(plain, 8000))
        }
    }

    @Test func mistakesHaveTheirPlace() throws {
        func complaint(_ views: String) throws -> String {
            var json = try JSONValue.parse(smallExperiment, source: "a.json")
            try json.set("evaluation.tta=\(views)")
            let error = #expect(throws: ConfigurationError.self) {
                try ValidatedExperiment(Experiment.decode(json), json: json)
            }
            return error.map { "\($0)" } ?? ""
        }
        let background = try complaint(#"[[], [{"type": "background", "folder": "/noise"}]]"#)
        #expect(
            background.contains("evaluation.tta[1][0]: background noise would require its files"),
            "\(background)")
        let never = try complaint(#"[[{"type": "filter", "low": 100000}]]"#)
        #expect(never.contains("evaluation.tta[0]: "), "\(never)")
        let many = try complaint("[" + Array(repeating: "[]", count: 65).joined(separator: ",") + "]")
        #expect(many.contains("with 0 to 64 elements"), "\(many)")
        var json = try JSONValue.parse(smallExperiment, source: "a.json")
        try json.set(#"evaluation.tta=[[{"type": "speed", "factor": 0}]]"#)
        let error = #expect(throws: ConfigurationError.self) { try Experiment.decode(json) }
        #expect("\(error.map { "\($0)" } ?? "")".contains("evaluation.tta[0][0].factor"))
        #expect(throws: ConfigurationError.self) {
            try TestTimeAugmentation(list: JSONValue.parse(#"[{"type": "speed"}]"#, source: "views"))
        }
    }
}
