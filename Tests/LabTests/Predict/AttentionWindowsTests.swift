import Autograd
import Configuration
import Foundation
import Lab
import Layers
import SpeechEmotion
import SpeechTestSupport
import TestSupport
import Testing

/// Models that cut clips into windows and weight these by attention.
@Suite struct AttentionWindowsTests {
    private final class Quiet: RunObserver {}

    /// A model is trained from the labels of clips, and its predictions have the weights and the times of windows.
    @Test func weightsOfWindows() throws {
        var json = try JSONValue.parse(smallExperiment, source: "a.json")
        let model = """
            [{"type": "feature_norm"},
             {"type": "conv1d", "filters": 6, "kernel_size": 3, "padding": "same", "activation": "relu"},
             {"type": "pool1d", "size": 2},
             {"type": "windows", "size": 8, "hop": 4, "layers": [
                {"type": "dropout", "rate": 0.1}, {"type": "gru", "units": 6, "output": "last"}]},
             {"type": "attention", "units": 4}, {"type": "dense", "units": 8}]
            """
        for setting in ["model=\(model)", "training.epochs=2"] { try json.set(setting) }
        let experiment = try Experiment.decode(json)
        _ = try ValidatedExperiment(experiment, json: json)
        let folder = try TestFolder()
        let result = try ExperimentRun(
            experiment, folder: RunFolder(folder.file("run")), observer: Quiet()
        ).run()
        #expect(result.test["uar"] != nil)
        let predictor = try Predictor(folder.file("run"))
        // 40 frames of 32 ms, two for each step: windows of 8 steps, every 4 of 20.
        for (seconds, count) in [(1.3, 4), (0.75, 2)] {
            let wave = TestSound.voice(rate: 8000, count: Int(8000 * seconds))
            let prediction = predictor.predictions(
                for: [try predictor.features(of: wave)], attention: true)[0]
            let attention = try #require(prediction.attention)
            #expect(attention.weights.count == count, "\(attention.weights)")
            #expect(abs(attention.weights.reduce(0, +) - 1) < 1e-5)
            #expect(abs(attention.seconds - 0.256) < 1e-9 && abs((attention.window ?? 0) - 0.512) < 1e-9)
            let found = prediction.json(classes: predictor.classes, attention: true)["attention"]
            #expect(found?["window"]?.double == attention.window)
        }
    }
}
