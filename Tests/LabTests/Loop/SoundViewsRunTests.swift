import Autograd
import Configuration
import Foundation
import Lab
import Layers
import SmallExperiments
import SpeechEmotion
import Testing

/// Runs whose models are tested on more forms of a sound than the sound itself.
@Suite(.serialized) struct SoundViewsRunTests {
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
            let viewed = try run(folder + "/viewed", "evaluation.views=\(Self.views)")
            // Training and its validation hear the sounds alone.
            #expect(try bytes(plain, "metrics.jsonl") == bytes(viewed, "metrics.jsonl"))
            let predictor = try Predictor(viewed.path)
            #expect(predictor.views.count == 3)
            #expect(try Predictor(plain.path).views.count == 1)

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
                let answer = predictor.answers([features])[0].probabilities
                for (place, value) in mean.enumerated() {
                    #expect(abs(Double(value) - found.probabilities[row][place]) < 1e-5)
                    #expect(abs(Double(value) - answer[place]) < 1e-5)
                }
                isOther = isOther || abs(mean[0] - logits[0].softmax(axis: -1).array[0]) > 1e-3
            }
            #expect(isOther)
            let page = try String(contentsOfFile: viewed.file(RunFile.report), encoding: .utf8)
            #expect(page.contains("the mean of the logits for each sound as it is and changed"))
        }
    }

    /// With other views a run says what a run with these would have said.
    @Test func anEvaluationMayTakeOtherViews() throws {
        try Toy.inFolder { folder in
            let plain = try run(folder + "/plain")
            let viewed = try run(folder + "/viewed", "evaluation.views=\(Self.views)")
            func csv(_ run: RunRecord, _ views: SoundViews?) throws -> String {
                try RunEvaluation([run], views: views, cache: nil, observer: Silent()).evaluate().0.csv
            }
            let views = try SoundViews(list: JSONValue.parse(Self.views, source: "views"))
            #expect(
                try csv(plain, views)
                    == String(contentsOfFile: viewed.file("predictions.csv"), encoding: .utf8))
            #expect(
                try csv(viewed, SoundViews())
                    == String(contentsOfFile: plain.file("predictions.csv"), encoding: .utf8))
            #expect(try csv(viewed, nil) == csv(plain, views))

            let error = #expect(throws: FileError.self) {
                try Ensemble.combine([plain.path, viewed.path])
            }
            #expect(error?.place.hasPrefix("views") == true)
        }
    }

    /// A search measures its validation part in the same way.
    @Test func theValidationPartIsMeasuredWithViewsToo() throws {
        try Toy.inFolder { folder in
            let plain = try run(folder + "/plain", "evaluation.part=validation")
            let viewed = try run(
                folder + "/viewed", "evaluation.part=validation", "evaluation.views=\(Self.views)")
            let (one, other) = (try #require(plain.predictions), try #require(viewed.predictions))
            #expect(one.ids == other.ids && one.probabilities != other.probabilities)
            #expect(!FileManager.default.fileExists(atPath: viewed.path + "/test-reads.jsonl"))
        }
    }

    /// Each form of a speaker's clips is brought to one measure by itself, in a run and in an evaluation.
    @Test func viewsAreNormalisedBySpeaker() throws {
        try Toy.inFolder { folder in
            let viewed = try run(
                folder + "/viewed", "evaluation.views=\(Self.views)", "features.normalize=speaker")
            let again = try RunEvaluation([viewed], cache: nil, observer: Silent()).evaluate().0.csv
            #expect(try again == String(contentsOfFile: viewed.file("predictions.csv"), encoding: .utf8))
        }
    }

    @Test func mistakesHaveTheirPlace() throws {
        var json = try JSONValue.parse(smallExperiment, source: "a.json")
        try json.set(#"evaluation.views=[[{"type": "speed", "factor": 0}]]"#)
        let error = #expect(throws: ConfigurationError.self) { try Experiment.decode(json) }
        #expect("\(error.map { "\($0)" } ?? "")".contains("evaluation.views[0][0].factor"))
        #expect(throws: ConfigurationError.self) {
            try SoundViews(list: JSONValue.parse(#"[{"type": "speed"}]"#, source: "views"))
        }
    }
}
