import TestSupport
import Layers
import Configuration
import Encoders
import Foundation
import Lab
import Layers
import SpeechEmotion
import Testing

/// What can be said of `features.py` without Python. `Tests/Interop/check_features.py` runs it.
@Suite struct FeatureScriptTests {
    private func script(_ pipeline: String, views: String? = nil) throws -> FeatureScript {
        try FeatureScript(
            ModelCard(
                classes: ["glad", "sad"], features: JSONValue.parse(pipeline),
                tta: views.map { try JSONValue.parse($0) }))
    }

    private func sequence(_ feature: String) -> String {
        #"{"layout": {"type": "sequence", "features": [\#(feature)]}}"#
    }

    @Test func theProgramHasWhatThePipelineAsksForAndNoMore() throws {
        let script = try script(
            #"{"sample_rate": 8000, "preprocessing": [{"type": "trim"}, {"type": "normalize_peak", "level": 0.5}], "layout": {"type": "sequence", "deltas": 2, "frames": 70, "features": [{"type": "mfcc", "n_mfcc": 13, "n_fft": 512, "hop_length": 128}]}}"#
        )
        #expect(script.refusals.isEmpty)
        let text = try #require(script.text)
        for line in [
            #"CLASSES = ["glad", "sad"]"#,
            "    audio = extract(audio, rate, rate=8000, offset=0.0, duration=None)",
            "    audio = trim(audio, below=30.0, frame=2048, hop=512)",
            "    audio = normalize_peak(audio, level=0.5)",
            #"    return sequence(tables, frames=70, pad="end", cut="end")"#, "def dct2(",
            "def features(path):",
            "def predict(path):", "def interpolated(", #"if __name__ == "__main__":"#,
        ] { #expect(text.contains(line), "\(line)") }
        #expect(text.contains("for order in [1, 2] for table in tables]"))
        for name in ["voiced", "pitch", "stretch", "summary", "dct1", "kaiser", "rms", "augmented"] {
            #expect(!text.contains("def \(name)("), "\(name)")
        }
        // What is called is there, and each function once.
        let definitions = text.split(separator: "\n").filter { $0.hasPrefix("def ") }.map {
            $0.prefix { $0 != "(" }
        }
        #expect(Set(definitions).count == definitions.count)
        #expect(text.split(separator: "\n").count < 400)
    }

    /// The outputs of targets are interpreted by their kinds; a model with outputs for every step is refused.
    @Test func targetsAreInterpreted() throws {
        let targets =
            #"[{"name": "arousal", "kind": "regression", "offset": 3, "scale": 2}, {"name": "labels", "kind": "multi_label", "classes": ["laughter", "sigh"]}]"#
        let features = try JSONValue.parse(sequence(#"{"type": "mfcc"}"#))
        var card = ModelCard(classes: [], features: features)
        card.targets = try JSONValue.parse(targets)
        let text = try #require(FeatureScript(card).text)
        for line in [
            "predicts their targets", "TARGETS = [",
            #"{"name": "arousal", "kind": "regression", "offset": 3.0, "scale": 2.0}"#,
            #""classes": ["laughter", "sigh"]"#, #"run("output", inputs, lengths)"#, "def interpreted(",
        ] { #expect(text.contains(line), "\(line)") }
        #expect(!text.contains("CLASSES") && !text.contains("run(\"probabilities\""))
        var frames = ModelCard(classes: ["non-speech", "speech"], features: features)
        frames.frames = ["merge": "speech", "unlabeled": "non-speech"]
        #expect(
            try FeatureScript(frames).refusals == ["predictions (the model has outputs for every step)"])
    }

    /// The class and the labels are those of the model's decision rule.
    @Test func decisionsFollowTheRule() throws {
        let features = try JSONValue.parse(sequence(#"{"type": "mfcc"}"#))
        var card = ModelCard(classes: ["glad", "sad"], features: features)
        let plain = try #require(FeatureScript(card).text)
        #expect(plain.contains("\nRULE = {}\n") && plain.contains("print(name, decide(found), "))
        for rule in [#""weights": [0.5, 2.0]"#, #""costs": [[0.0, 5.0], [1.0, 0.0]]"#] {
            card.decisions = try JSONValue.parse(#"{"targets": [{"target": "class", \#(rule)}]}"#)
            let text = try #require(FeatureScript(card).text)
            #expect(text.contains("\nRULE = {\(rule)}\n"), "\(rule)")
        }
        // A rule of another number of classes is not that of the model.
        card.decisions = try JSONValue.parse(#"{"targets": [{"target": "class", "weights": [1, 2, 3]}]}"#)
        #expect(try FeatureScript(card).text?.contains("\nRULE = {}\n") == true)

        var targets = ModelCard(classes: [], features: features)
        targets.targets = try JSONValue.parse(
            #"[{"name": "labels", "kind": "multi_label", "classes": ["laughter", "sigh"]}, {"name": "label", "kind": "classification", "classes": ["glad", "sad"]}]"#
        )
        targets.decisions = try JSONValue.parse(
            #"{"targets": [{"target": "labels", "thresholds": [0.25, 0.75]}, {"target": "label", "weights": [1, 3]}]}"#
        )
        let text = try #require(FeatureScript(targets).text)
        for line in [
            #""classes": ["laughter", "sigh"], "thresholds": [0.25, 0.75]}"#,
            #""classes": ["glad", "sad"], "weights": [1.0, 3.0]}"#, "def decide(", "def choice(",
            "*words(decide(found))",
        ] { #expect(text.contains(line), "\(line)") }
    }

    /// Longer recordings are cut into windows as long as the model's input; a limited stretch is measured after silence is removed.
    @Test func windowsFollowThePipeline() throws {
        func text(_ pipeline: String) throws -> String { try #require(try script(pipeline).text) }
        let layout =
            #""layout": {"type": "sequence", "frames": 50, "features": [{"type": "mfcc", "hop_length": 160}]}"#
        let plain = try text("{\"sample_rate\": 8000, \"offset\": 0.25, \(layout)}")
        #expect(plain.contains("WINDOW = 1.0 ") && plain.contains("LEAD = 0.25 "))
        #expect(!plain.contains("without_silence"))
        let trimmed = try text(
            #"{"preprocessing": [{"type": "trim"}, {"type": "length", "seconds": 3}]}"#)
        #expect(
            trimmed.contains(
                "    if seconds <= 60:\n        return len(without_silence(audio, rate)) / 16000 >"))
        let silent = try #require(trimmed.split(separator: "def without_silence").last)
        #expect(!silent.prefix(400).contains("length("))
        let whole = try text(
            #"{"layout": {"type": "summary", "entries": [{"feature": {"type": "rms"}}]}}"#)
        #expect(!whole.contains("WINDOW") && whole.contains("def windows(audio, rate):"))
        #expect(whole.contains(#"print(f"error: {name}: {error}", file=sys.stderr)"#))
    }

    /// A new kind of feature, edit, layout or change is written or refused by its name, never left out.
    @Test func everyKindIsWrittenOrRefused() throws {
        EncoderKinds.register()
        let refusedFeatures = ["chroma", "tonnetz", "yin", "pyin", "egemaps_lld", "encoder"]
        for kind in FeatureKinds.kinds {
            let more =
                [
                    "delta": #", "of": {"type": "rms"}"#, "contrast": #", "linear": true"#,
                    "encoder": #", "weights": "encoders/none""#,
                ][kind.type] ?? ""
            let script = try script(sequence(#"{"type": "\#(kind.type)"\#(more)}"#))
            let isRefused = refusedFeatures.contains(kind.type)
            let place = #"features.layout.features[0] (the feature "\#(kind.type)")"#
            #expect(script.refusals == (isRefused ? [place] : []), "\(kind.type)")
            #expect((script.text == nil) == isRefused)
        }
        let options = [
            "gain": #", "decibels": 3"#, "length": #", "samples": 800"#, "resample": #", "rate": 8000"#,
        ]
        for kind in PreprocessingKinds.kinds {
            let script = try script(
                #"{"preprocessing": [{"type": "\#(kind.type)"\#(options[kind.type] ?? "")}]}"#)
            guard !["voice_activity", "speech_segments"].contains(kind.type) else {
                #expect(
                    script.refusals == [
                        #"features.preprocessing[0] (the preprocessing step "\#(kind.type)")"#
                    ])
                continue
            }
            #expect(
                script.refusals == [] && script.text?.contains("audio = \(kind.type)(audio") == true,
                "\(kind.type)")
        }
        let refusedChanges = ["noise", "filter", "reverb", "room", "codec"]
        let numbers = [
            "pitch_shift": "semitones", "speed": "factor", "time_stretch": "rate", "gain": "decibels",
            "time_shift": "seconds",
        ]
        for kind in WaveAugmentationKinds.kinds
        where (kind.init() as? any WaveAugmentation)?.needsFiles == false {
            let number = numbers[kind.type].map { #", "\#($0)": 1"# } ?? ""
            let high = kind.type == "filter" ? #", "high": 900"# : ""
            let script = try script(
                "{}", views: #"[[{"type": "\#(kind.type)", "probability": 1\#(number)\#(high)}]]"#)
            let isRefused =
                refusedChanges.contains(kind.type)
                || numbers[kind.type] == nil && kind.type != "polarity_inversion"
            #expect(
                script.refusals == (isRefused ? [#"tta[0][0] (the augmentation "\#(kind.type)")"#] : []),
                "\(kind.type)")
        }
        #expect(
            try script(#"{"layout": {"type": "image"}}"#).refusals
                == [#"features.layout.type (the layout "image")"#])
    }

    @Test func whatDependsOnChanceOrOnOtherRecordingsIsRefused() throws {
        #expect(
            try script(
                "{}",
                views: #"[[{"type": "pitch_shift", "semitones": [-1, 1]}], [{"type": "polarity_inversion"}]]"#
            )
            .refusals == [
                "tta[0][0].semitones (a random parameter)",
                "tta[1][0].probability (a probability below 1)",
            ])
        #expect(
            try script(#"{"normalize": "speaker"}"#).refusals
                == [#"features.normalize ("speaker" requires several recordings of a speaker)"#])
        #expect(try FeatureScript(ModelCard(classes: ["a"])).text == nil)
        #expect(
            try script(sequence(#"{"type": "delta", "of": {"type": "chroma"}}"#)).refusals
                == [#"features.layout.features[0].of (the feature "chroma")"#])
    }

    /// What is as small as the rounding of samples differs between programs.
    @Test func whatDependsOnRoundingIsRefused() throws {
        let contrast =
            #"features.layout.features[0].linear (the feature "contrast" in decibels, which depends on rounding where a band is silent)"#
        #expect(try script(sequence(#"{"type": "contrast"}"#)).refusals == [contrast])
        let floor =
            "features.layout.features[0].amin (decibels of powers below 1e-10, which depend on rounding)"
        for feature in [
            #""flatness""#, #""mfcc", "top_db": null"#, #""mel", "scale": "db", "top_db": 120"#,
            #""spectrogram", "scale": "db", "top_db": null"#,
        ] {
            #expect(
                try script(sequence(#"{"type": \#(feature), "amin": 1e-12}"#)).refusals == [floor],
                "\(feature)")
            #expect(try script(sequence(#"{"type": \#(feature)}"#)).refusals == [], "\(feature)")
        }
        #expect(try script(sequence(#"{"type": "mfcc", "amin": 1e-12}"#)).refusals == [])
    }

    @Test func numbersFollowTheRateOfTheSound() throws {
        let text = try #require(
            try script(
                #"{"preprocessing": [{"type": "crop", "offset": 0.5, "duration": 1}, {"type": "resample", "rate": 8000}, {"type": "length", "seconds": 2}, {"type": "voiced", "margin": 0.1}]}"#,
                views: #"[[{"type": "time_shift", "seconds": -0.5}]]"#
            ).text)
        for line in [
            "crop(audio, first=8000, count=16000)", "resample(audio, old=16000, new=8000)",
            #"length(audio, samples=16000, pad="end", cut="end")"#, "hop=512, margin=800)",
            #"shift(audio, samples=-4000, fill="zeros")"#, "rate=8000, fft=",
        ] { #expect(text.contains(line), "\(line)") }
    }

    /// Equal transforms are written once.
    @Test func transformsAreShared() throws {
        let text = try #require(
            try script(
                #"{"layout": {"type": "summary", "entries": [{"feature": {"type": "centroid"}}, {"feature": {"type": "rolloff"}, "statistics": ["mean", "p90"]}, {"feature": {"type": "flatness", "n_fft": 512, "window": "kaiser"}}]}}"#
            ).text)
        #expect(text.components(separatedBy: " = dict(fft=").count == 3)
        #expect(text.contains("stft_2 = dict(fft=512, hop=512, window=kaiser(512, periodic=True, beta=8.6)"))
        #expect(text.contains(#", share=0.85), "mean", "p90"),"#))
        #expect(text.contains("return np.concatenate(parts), None"))
        #expect(text.contains("return inputs, None"))
    }

    /// The bundled model and the experiments that are recommended have one.
    @Test(arguments: ["quickstart", "recipe-a", "ours-speakers", "ours", "release"])
    func experimentsHaveOne(_ name: String) throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let json = try JSONValue.load(folder.path + "/Experiments/\(name).json")
        let card = ModelCard(
            classes: ["a", "b"], features: json["features"], tta: json["evaluation"]?["tta"])
        let script = try FeatureScript(card)
        #expect(script.text != nil && script.refusals.isEmpty, "\(script.refusals)")
    }
}
