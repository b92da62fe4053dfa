import Configuration
import Foundation
import Lab
import TestSupport
import SpeechEmotion
import Testing

/// What a check finds beyond the config itself.
@Suite struct ExperimentCheckTests {
    private static func json(_ settings: [String]) throws -> JSONValue {
        var json = try JSONValue.parse(smallExperiment, source: "a.json")
        for setting in settings { try json.set(setting) }
        return json
    }

    /// Everything that is wrong, a line for each problem.
    private static func messages(_ settings: [String]) throws -> [String] {
        let json = try json(settings)
        do throws(ConfigurationError) {
            _ = try ExperimentCheck(Experiment.decode(json), json: json)
            return []
        } catch { return error.problems.map { "\($0.path): \($0.message)" } }
    }

    private static func inFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
        let folder = NSTemporaryDirectory() + "check-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        return try body(folder)
    }

    /// A folder of classes with so many empty-named sounds each; no sound is read.
    private static func corpus(_ folder: String, _ classes: [String: Int]) throws {
        for (name, count) in classes {
            let place = folder + "/data/" + name
            try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
            for number in 0..<count {
                try Data(repeating: 1, count: 300).write(to: URL(fileURLWithPath: "\(place)/\(number).wav"))
            }
        }
    }

    private static func folders(_ folder: String) -> String {
        #"data={"source": {"type": "folders", "folder": "\#(folder)/data"}}"#
    }

    private static let random = #"split={"type": "random", "test": 0.25, "validation": 0.25}"#

    @Test func theSmallExperimentIsFine() throws {
        let json = try Self.json([])
        let check = try ExperimentCheck(Experiment.decode(json), json: json)
        #expect(check.missing == [] && check.plan.classes?.count == 8)
        #expect(check.data?.corpus.clips.count == 64)
    }

    private static let cases: [(String, [String], String)] = [
        // The classes that a kind of corpus has.
        (
            "song", [#"data={"source": {"type": "ravdess", "folder": "/nowhere", "channels": ["song"]}}"#],
            #"model: outputs [8], expected [6], one logit per class: angry, calm, fearful, happy, neutral, sad; use "units": "classes" in the last dense layer to take the number from the data"#
        ),
        (
            "seven", [#"data={"source": {"type": "emodb", "folder": "/nowhere"}}"#],
            #"model: outputs [8], expected [7], one logit per class: angry, bored, disgust, fearful, happy, neutral, sad; use "units": "classes" in the last dense layer to take the number from the data"#
        ),
        // Losses.
        (
            "loss", [#"loss={"type": "supervised_contrastive"}"#],
            "loss: the loss supervised_contrastive does not assign outputs to classes, as the metrics require; use one of cross_entropy, focal, binary_cross_entropy, kl_divergence, mean_squared_error, mean_absolute_error, huber"
        ),
        (
            "weights", [#"loss={"type": "focal", "class_weights": [1, 2]}"#, #"model[5].units="classes""#],
            "loss: the loss focal has 2 class weights, but the model has 8 outputs"
        ),
        (
            "softmax", [#"model[5].activation="softmax""#],
            "model: the last layer applies softmax, and the loss cross_entropy applies it again: it expects logits. Remove the activation; predictions are still probabilities"
        ),
        // Splits.
        (
            "fold", [#"split={"type": "leave_one_speaker_out", "validation": 1}"#, "fold=5"],
            "split: \"fold\": found 5; allowed: 1 to 4: the number of folds"
        ),
        (
            "folds", [#"split={"type": "k_fold", "folds": 5, "by": "speaker", "validation": 1}"#],
            "split: 5 folds by speaker: found 4 values of it; allowed: at least 5, or \"folds\": 4 or fewer"
        ),
        (
            "column", [#"data.include={"accent": ["x"]}"#],
            #"data: "include": found the column "accent", which no clip has; allowed: "label", "speaker", "gender", "repetition", "statement""#
        ),
        // Schedules that count steps: 32 clips, two rows, batches of 8.
        (
            "steps", [#"schedule={"type": "cosine", "per": "step", "warmup": 32}"#],
            "schedule.warmup: must be below the 32 steps of training, found 32"
        ),
        (
            "rise",
            [#"schedule={"type": "warmup", "periods": 17, "per": "step"}"#, "training.accumulation_steps=2"],
            "schedule.periods: must be below the 16 steps of training, found 17"
        ),
        // Features.
        (
            "deltas", ["features.duration=0.1", "features.layout.deltas=1"],
            "features: the features of every recording fail: delta: found 4 frames of 0.1 s; allowed: 9 or more frames, the width of the delta (0.256 s of audio)"
        ),
    ]

    @Test(arguments: cases)
    func aMistakeIsSaid(_ name: String, _ settings: [String], _ message: String) throws {
        let found = try Self.messages(settings)
        #expect(found == [message], "\(name)")
    }

    @Test(arguments: [
        [#"schedule={"type": "cosine", "per": "step", "warmup": 31}"#],
        [#"schedule={"type": "warmup", "periods": 15, "per": "step"}"#, "training.accumulation_steps=2"],
        ["features.duration=0.4", "features.layout.deltas=1"],
        ["features.layout.deltas=1", "features.layout.delta_width=199"],
        [
            #"data={"source": {"type": "ravdess", "folder": "/nowhere", "channels": ["song"]}}"#,
            #"model[5].units="classes""#,
        ],
        [#"data={"source": {"type": "folders", "folder": "/nowhere"}}"#, #"model[5].units="classes""#],
        // It may be a copy with other classes.
        [#"data={"source": {"type": "iemocap", "folder": "/nowhere"}}"#],
    ])
    func whatIsNoMistake(_ settings: [String]) throws {
        #expect(try Self.messages(settings) == [])
    }

    /// Classes and splits of files that are there, whose sound is not read.
    @Test func filesAtHandAreListed() throws {
        try Self.inFolder { folder in
            try Self.corpus(folder, ["happy": 8, "sad": 8, "calm": 8])
            let own = [Self.folders(folder), Self.random]
            #expect(
                try Self.messages(own) == [
                    #"model: outputs [8], expected [3], one logit per class: calm, happy, sad; use "units": "classes" in the last dense layer to take the number from the data"#
                ])
            #expect(try Self.messages(own + [#"model[5].units="classes""#]) == [])
            #expect(try Self.messages(own + ["model[5].units=3"]) == [])
            let json = try Self.json(own + [#"model[5].units="classes""#])
            let check = try ExperimentCheck(Experiment.decode(json), json: json)
            #expect(check.plan.layers.output == [3] && check.plan.summary.contains("[3]"))
            #expect(
                try Self.messages(own + [#"data.labels={"angry": null}"#, "model[5].units=3"]) == [
                    #"data: "labels": found the class "angry", which no clip has; allowed: "calm", "happy", "sad""#
                ])
            #expect(
                try Self.messages([Self.folders(folder), "model[5].units=3"]).first?.hasPrefix("split: ")
                    == true)
            #expect(
                try Self.messages(own + [#"features.normalize="speaker""#, "model[5].units=3"]).first?
                    .hasPrefix(
                        "data: the clip \"calm/") == true)
        }
    }

    /// A copy of a corpus that has fewer classes than a complete one.
    @Test func filesAtHandCountMoreThanTheKind() throws {
        try Self.inFolder { folder in
            let place = folder + "/wav"
            try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
            for name in ["03a01Fa", "03a02Fb", "08a01Ta", "08a02Tb", "09a01Fa", "09a02Ta"] {
                try Data(repeating: 1, count: 300).write(to: URL(fileURLWithPath: "\(place)/\(name).wav"))
            }
            let data = #"data={"source": {"type": "emodb", "folder": "\#(folder)"}}"#
            #expect(try Self.messages([data, "model[5].units=2"]) == [])
            #expect(try Self.messages([data, "model[5].units=7"]).count == 1)
        }
    }

    @Test func missingFilesAreNoMistake() throws {
        let json = try Self.json([
            #"data={"source": {"type": "tess", "folder": "/nowhere"}}"#, "model[5].units=7",
        ])
        let check = try ExperimentCheck(Experiment.decode(json), json: json)
        #expect(check.data == nil && check.missing.count == 1)
        #expect(check.missing.first?.hasPrefix("/nowhere: reading TESS: ") == true, "\(check.missing)")
        // An archive that has not been unpacked is one.
        try Self.inFolder { folder in
            try Data([1]).write(to: URL(fileURLWithPath: folder + "/tess.zip"))
            let found = try Self.messages([#"data={"source": {"type": "tess", "folder": "\#(folder)"}}"#])
            #expect(
                found.contains {
                    $0.hasPrefix("data: \(folder): reading TESS: found no audio files, only the archive")
                })
        }
    }

    /// A validation part that a file of a split leaves empty, while the best epoch is chosen by it.
    @Test func anEmptyValidationPartIsNotWatched() throws {
        try Self.inFolder { folder in
            let json = try Self.json([])
            let data = try #require(ExperimentCheck(Experiment.decode(json), json: json).data)
            var split = data.split
            split.train += split.validation
            split.validation = []
            let file = folder + "/split.json"
            try SplitFile([split], of: data.corpus).write(to: file)
            let from = #"split={"type": "file", "file": "\#(file)"}"#
            #expect(
                try Self.messages([from]) == [
                    #"split: the split: found no clip in the validation set, which training.selection.monitor = "validation_loss" requires; allowed: at least one, or "selection": {"weights": "last"} and no other key that monitors a validation metric"#
                ])
            #expect(try Self.messages([from, "training.selection.weights=last"]) == [])
            #expect(
                try Self.messages([from, "training.selection.weights=last", "evaluation.subset=validation"])
                    == [
                        "split: the split: found no clip in the validation set, which \"evaluation.subset\" selects; allowed: at least one"
                    ])
        }
    }

    @Test func backgroundsWithoutFiles() throws {
        try Self.inFolder { folder in
            func rows(_ place: String) -> String {
                #"augmentation={"copies": [[], [{"type": "background", "folder": "\#(place)"}]]}"#
            }
            let found = try Self.messages([rows(folder)])
            #expect(
                found.count == 1
                    && found[0].hasPrefix(
                        "augmentation.copies[1]: the features of every recording fail: \(folder): background: found no audio files"
                    ), "\(found)")
            let json = try Self.json([rows("/nowhere")])
            let check = try ExperimentCheck(Experiment.decode(json), json: json)
            #expect(check.missing.count == 1 && check.missing[0].hasPrefix("/nowhere: background: "))
        }
    }

    /// What a check refuses ends a run as well, before it has begun.
    @Test func aRunRefusesTheSame() throws {
        final class Quiet: RunObserver {}
        for (_, settings, _) in Self.cases
        where settings.contains(where: { $0.contains("\"per\": \"step\"") }) {
            try Self.inFolder { folder in
                let experiment = try Experiment.decode(Self.json(settings))
                let error = #expect(throws: ConfigurationError.self) {
                    try ExperimentRun(experiment, folder: RunFolder(folder + "/run"), observer: Quiet())
                }
                #expect(error.map { "\($0)" }?.contains("steps of training") == true)
                #expect(!FileManager.default.fileExists(atPath: folder + "/run"))
            }
        }
    }
}
