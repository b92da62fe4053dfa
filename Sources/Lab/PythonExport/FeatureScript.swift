import Configuration
import Layers
import SpeechEmotion

/// A program in Python that computes a model's features as `Train predict` does, and runs its ONNX file.
///
/// It is put together from the functions that the model card asks for. Options that Python cannot reproduce to rounding are
/// refused rather than approximated.
public struct FeatureScript: Sendable {
    /// The program; nil where something is refused.
    public let text: String?
    /// The options that cannot be reproduced, each with its path in the model card, such as
    /// `features.layout.features[0] (the feature "pyin")`.
    public let refusals: [String]

    /// Writes the program for a model card. Throws where the card's pipeline or views are damaged.
    public init(_ card: ModelCard) throws {
        guard let features = card.features, !card.classes.isEmpty else {
            (text, refusals) = (nil, ["features (the model has no feature pipeline or no classes)"])
            return
        }
        let pipeline = try FeaturePipeline.decode(features)
        let views = try card.testTimeAugmentation()
        var calls = PythonCalls()
        let prepare = calls.prepare(pipeline)
        let (layout, hasLength) = calls.layout(pipeline)
        let changed = calls.views(views, rate: pipeline.finalRate)
        var refusals = calls.refusals.map { "\($0.path) (\($0.reason))" }
        if pipeline.normalize != .none {
            refusals.append(
                "features.normalize (\"\(pipeline.normalize.rawValue)\" takes several recordings of a speaker)"
            )
        }
        self.refusals = refusals
        let body = Self.body(card.classes, prepare, layout, changed, hasLength: hasLength)
        let functions = PythonLibrary.standard.needed(by: body).map(\.text)
        text = refusals.isEmpty ? ([Self.head] + functions + [body]).joined(separator: "\n\n\n") : nil
    }

    private static let head = #"""
        """Computes the features of recordings as this model takes them, and predicts their classes.

        usage: python features.py RECORDING...

        In Python: features(path) returns the model's input, predict(path) a probability for each class.

        `Train export` wrote this file for the model.onnx beside it. It needs: pip install numpy onnxruntime soundfile
        """

        import functools
        import math
        import pathlib
        import sys

        import numpy as np
        import onnxruntime
        import soundfile
        """#

    private static func body(
        _ classes: [String], _ prepare: [String], _ layout: [String], _ views: [String], hasLength: Bool
    ) -> String {
        func indented(_ lines: [String]) -> String { lines.map { "    " + $0 }.joined(separator: "\n") }
        let names = JSONValue(.list(classes.map { $0.encode() })).line
        var parts = [
            "CLASSES = \(names)",
            #"""
            def prepare(path):
                """Returns the samples of a recording from which the features are computed."""
            \#(indented(prepare))
                return sound
            """#,
            #"""
            def layout(sound):
                """Returns the features of a sound, and \#(hasLength ? "how many frames are not padding" : "None: they have no frames")."""
            \#(indented(layout))
            """#,
        ]
        if !views.isEmpty {
            parts.append(
                #"""
                def augmented(sound):
                    """Returns the changed versions of a sound that the model is given too (test-time augmentation)."""
                    return [
                \#(indented(views.map { "    \($0)," }))
                    ]
                """#)
        }
        let length = hasLength ? "np.array([length for _, length in made], np.int64)" : "None"
        let make =
            views.isEmpty
            ? "    made = [layout(prepare(path))]"
            : #"""
                sound = prepare(path)
                made = [layout(sound)]
                try:
                    made += [layout(changed) for changed in augmented(sound)]
                except ValueError:  # too short to be changed
                    made *= \#(views.count + 1)
            """#
        let batch =
            views.isEmpty ? "[1, ...]" : "[\(views.count + 1), ...] (the sound and its changed versions)"
        parts += [
            #"""
            def features(path):
                """Returns the model's input for a recording, \#(batch), and the true lengths."""
            \#(make)
                inputs = np.stack([values for values, _ in made]).astype(np.float32)
                return inputs, \#(length)
            """#,
            #"""
            @functools.cache
            def session():
                """Opens the model once."""
                return onnxruntime.InferenceSession(str(pathlib.Path(__file__).with_name("model.onnx")))
            """#,
            #"""
            def predict(path):
                """Returns a dictionary with a probability for each class."""
                inputs = dict(zip(["features", "lengths"], features(path)))
                wanted = [port.name for port in session().get_inputs()]
                (probabilities,) = session().run(["probabilities"], {name: inputs[name] for name in wanted})
                # The mean of the logits, which is that of the logarithms of the probabilities but for a constant.
                logits = np.log(np.maximum(probabilities, 1e-38), dtype=np.float64).mean(axis=0)
                shares = np.exp(logits - logits.max())
                return dict(zip(CLASSES, (shares / shares.sum()).tolist()))
            """#,
            #"""
            if __name__ == "__main__":
                if len(sys.argv) < 2:
                    sys.exit(__doc__)
                for name in sys.argv[1:]:
                    answer = predict(name)
                    print(name, max(answer, key=answer.get), *(f"{key}={value:.3f}" for key, value in answer.items()))

            """#,
        ]
        return parts.joined(separator: "\n\n\n")
    }
}
