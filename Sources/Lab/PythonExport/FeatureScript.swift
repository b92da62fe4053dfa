import Configuration
import Layers
import SpeechEmotion
import Training

/// A Python program that computes a model's features and predicts recordings with its ONNX file, as `Train predict` does: longer
/// recordings are cut into windows.
///
/// It contains the functions that the model card needs. Options that Python cannot reproduce up to rounding are refused rather
/// than approximated.
public struct FeatureScript: Sendable {
    /// The program; nil if an option is refused.
    public let text: String?
    /// The options that cannot be reproduced, each with its path in the model card, such as
    /// `features.layout.features[0] (the feature "pyin")`.
    public let refusals: [String]

    /// Writes the program for a model card. Throws if the card's pipeline, copies or decisions are damaged.
    public init(_ card: ModelCard) throws {
        let targets = try card.targetOutputs()
        guard let features = card.features, !card.classes.isEmpty || !targets.isEmpty else {
            (text, refusals) = (nil, ["features (the model has no feature pipeline or no classes)"])
            return
        }
        guard card.frames == nil, SequenceVocabulary(outputs: card.classes) == nil else {
            (text, refusals) = (nil, ["predictions (the model has outputs for every step)"])
            return
        }
        let pipeline = try FeaturePipeline.decode(features)
        let copies = try card.testTimeAugmentation()
        let decisions = try card.decisions.map { try RunDecisions.decode($0) }
        var calls = PythonCalls()
        let prepare = calls.prepare(pipeline)
        let (layout, hasLength) = calls.layout(pipeline)
        let changed = calls.copies(copies, rate: pipeline.finalRate)
        var refusals = calls.refusals.map { "\($0.path) (\($0.reason))" }
        if pipeline.normalize != .none {
            refusals.append(
                "features.normalize (\"\(pipeline.normalize.rawValue)\" requires several recordings of a speaker)"
            )
        }
        self.refusals = refusals
        let body = Self.body(
            Self.outputs(card.classes, targets, decisions), isOfTargets: !targets.isEmpty, prepare, layout,
            changed, Self.windows(pipeline), hasLength: hasLength)
        let functions = PythonLibrary.standard.needed(by: body).map(\.text)
        text =
            refusals.isEmpty
            ? ([Self.head(isOfTargets: !targets.isEmpty)] + functions + [body]).joined(separator: "\n\n\n")
            : nil
    }

    private static func head(isOfTargets: Bool) -> String {
        #"""
        """Computes the features of recordings for this model and predicts their \#(isOfTargets ? "targets" : "classes").

        usage: python features.py RECORDING...

        In Python: predict(path) returns \#(isOfTargets ? "the value of each regression target, and the probabilities of the classes or labels of the other targets" : "the probability of each class"). A recording that is longer than the model's input is split into
        windows, as by `Train predict`. decide(predict(path)) returns \#(isOfTargets ? "the class or the labels of each target" : "the class") that `Train predict` prints.
        features(path) returns the model's input, which is the beginning of a longer recording.

        `Train export` wrote this file for the model.onnx in the same folder. Requires: pip install numpy onnxruntime soundfile
        """

        import functools
        import math
        import pathlib
        import sys

        import numpy as np
        import onnxruntime
        import soundfile
        """#
    }

    private static func body(
        _ outputs: String, isOfTargets: Bool, _ prepare: [String], _ layout: [String],
        _ copies: [String], _ windows: String, hasLength: Bool
    ) -> String {
        func indented(_ lines: [String]) -> String { lines.map { "    " + $0 }.joined(separator: "\n") }
        var parts = [
            outputs,
            #"""
            def prepare(audio, rate):
                """Preprocesses a waveform."""
            \#(indented(prepare))
                return audio
            """#,
            #"""
            def layout(audio):
                """Returns the features of a preprocessed waveform, and \#(hasLength ? "the number of valid frames" : "None, because they have no frames")."""
            \#(indented(layout))
            """#,
        ]
        if !copies.isEmpty {
            parts.append(
                #"""
                def augmented(audio):
                    """Returns augmented copies of a waveform for test-time augmentation."""
                    return [
                \#(indented(copies.map { "    \($0)," }))
                    ]
                """#)
        }
        let length = hasLength ? "np.array([length for _, length in made], np.int64)" : "None"
        let make =
            copies.isEmpty
            ? "    made = [layout(prepare(audio, rate))]"
            : #"""
                audio = prepare(audio, rate)
                made = [layout(audio)]
                try:
                    made += [layout(changed) for changed in augmented(audio)]
                except ValueError:  # too short to augment
                    made *= \#(copies.count + 1)
            """#
        let batch =
            copies.isEmpty ? "[1, ...]" : "[\(copies.count + 1), ...] (the original and its augmented copies)"
        parts += [
            #"""
            def model_input(audio, rate):
                """Returns the model's input for a waveform, \#(batch), and the number of valid frames of each row."""
            \#(make)
                inputs = np.stack([values for values, _ in made]).astype(np.float32)
                if not np.isfinite(inputs).all():
                    raise ValueError("its features are not finite numbers")
                return inputs, \#(length)
            """#,
            #"""
            def features(path):
                """Returns the model's input for the beginning of a recording, and the number of valid frames of each row."""
                return model_input(*read(path))
            """#,
            windows,
            #"""
            @functools.cache
            def session():
                """Opens the model once."""
                return onnxruntime.InferenceSession(str(pathlib.Path(__file__).with_name("model.onnx")))
            """#,
            #"""
            def run(output, inputs, lengths):
                """Returns an output of the model."""
                given = {"features": inputs, "lengths": lengths}
                wanted = [port.name for port in session().get_inputs()]
                return session().run([output], {name: given[name] for name in wanted})[0]
            """#,
        ]
        parts += isOfTargets ? Self.targetPrediction : Self.classPrediction
        parts += [
            #"""
            def predict(path):
                """Returns \#(isOfTargets ? "the prediction for each target by its name" : "the probability of each class"). Logits are averaged over windows, weighted by duration."""
                seconds, answers = [], []
                for length, inputs in windows(*read(path)):
                    seconds.append(length)
                    answers.append(logits(*inputs))
                return answer(np.average(answers, axis=0, weights=seconds))
            """#,
            #"""
            def main(names):
                """Prints the prediction for each file. Returns 1 if a file cannot be read."""
                status = 0
                for name in names:
                    try:
                        found = predict(name)
                    except (OSError, RuntimeError, ValueError) as error:
                        print(f"error: {name}: {error}", file=sys.stderr)
                        status = 1
                        continue
                    print(name, \#(isOfTargets ? "*words(decide(found))" : "decide(found)"), *(f"{key}={value:.3f}" for key, value in \#(isOfTargets ? "flat(found)" : "found").items()))
                return status


            if __name__ == "__main__":
                if len(sys.argv) < 2:
                    sys.exit(__doc__)
                sys.exit(main(sys.argv[1:]))

            """#,
        ]
        return parts.joined(separator: "\n\n\n")
    }

    private static let classPrediction = [
        #"""
        def logits(inputs, lengths):
            """Returns the mean log-probabilities, which equal the mean logits up to a constant."""
            probabilities = run("probabilities", inputs, lengths)
            return np.log(np.maximum(probabilities, 1e-38), dtype=np.float64).mean(axis=0)
        """#,
        #"""
        def answer(values):
            """Returns the probability of each class for logits."""
            shares = np.exp(values - values.max())
            return dict(zip(CLASSES, (shares / shares.sum()).tolist()))
        """#,
        choice,
        #"""
        def decide(answer):
            """Returns the predicted class, given the probability of each class."""
            return choice(answer, RULE)
        """#,
    ]

    /// Decides for a class as `DecisionRule.decision` does.
    private static let choice = #"""
        def choice(shares, rule):
            """Returns the class that the decision rule selects, given the probability of each class; without a rule, the most probable one."""
            scores = list(shares.values())
            if "weights" in rule:  # the largest product of probability and weight
                scores = [share * weight for share, weight in zip(scores, rule["weights"])]
            elif "costs" in rule:  # the lowest expected cost
                scores = [-sum(share * row[index] for share, row in zip(scores, rule["costs"])) for index in range(len(scores))]
            return list(shares)[scores.index(max(scores))]
        """#

    /// The decision rule of a target as the members of a dictionary in Python; empty without a rule.
    private static func rule(_ decisions: RunDecisions?, _ target: String, outputs: Int) -> [JSONMember] {
        guard let rule = decisions?[target]?.rule, rule.suits(outputs) else { return [] }
        return switch rule {
        case .weights(let weights): [JSONMember("weights", weights.encode())]
        case .costs(let costs): [JSONMember("costs", costs.encode())]
        case .thresholds(let thresholds): [JSONMember("thresholds", thresholds.encode())]
        }
    }

    /// The classes or the targets, with their decision rules, in Python.
    private static func outputs(
        _ classes: [String], _ targets: [TargetOutput], _ decisions: RunDecisions?
    ) -> String {
        guard targets.isEmpty else { return listing(targets, decisions) }
        let rule = JSONValue(.object(Self.rule(decisions, "class", outputs: classes.count)))
        return "CLASSES = \(classes.encode().line)\nRULE = \(rule.line)"
    }

    /// The targets as a list in Python.
    private static func listing(_ targets: [TargetOutput], _ decisions: RunDecisions?) -> String {
        let entries = targets.map { target -> JSONValue in
            guard target.kind != .regression else {
                return [
                    "name": target.name.encode(), "kind": target.kind.encode(),
                    "offset": target.offset.encode(), "scale": target.scale.encode(),
                ]
            }
            let members = [
                JSONMember("name", target.name.encode()), JSONMember("kind", target.kind.encode()),
                JSONMember("classes", target.classes.encode()),
            ]
            return JSONValue(
                .object(members + rule(decisions, target.name, outputs: target.classes.count)))
        }
        return "TARGETS = [\n" + entries.map { "    \($0.line),\n" }.joined() + "]"
    }

    private static let targetPrediction = [
        #"""
        def sigmoid(values):
            """Returns the logistic function of an array."""
            return np.exp(-np.logaddexp(0, -values))
        """#,
        #"""
        def interpreted(target, values):
            """Returns the value of a regression target, or the probability of each class or label, for the outputs of a target."""
            kind = target["kind"]
            if kind == "regression":
                return target["offset"] + target["scale"] * float(values[0])
            if kind == "multi_label":
                shares = sigmoid(values)
            elif kind == "ordinal":  # probabilities of a higher level, which must not increase with the level
                higher = np.minimum.accumulate(sigmoid(values))
                shares = -np.diff(np.concatenate([[1], higher, [0]]))
            else:
                powers = np.exp(values - values.max())
                shares = powers / powers.sum()
            return dict(zip(target["classes"], shares.tolist()))
        """#,
        #"""
        def logits(inputs, lengths):
            """Returns the mean outputs of all targets."""
            return run("output", inputs, lengths).astype(np.float64).mean(axis=0)
        """#,
        #"""
        def answer(values):
            """Returns the prediction for each target by its name, given the outputs of all targets."""
            found, start = {}, 0
            for target in TARGETS:
                count = len(target.get("classes", [0])) - (target["kind"] == "ordinal")
                found[target["name"]] = interpreted(target, values[start:start + count])
                start += count
            return found
        """#,
        choice,
        #"""
        def decide(answer):
            """Returns the predicted class of each classification, and the labels of each multi-label target, by name."""
            decided = {}
            for target in TARGETS:
                shares = answer[target["name"]]
                if target["kind"] == "multi_label":
                    thresholds = target.get("thresholds", [0.5] * len(shares))
                    found = [label for (label, share), threshold in zip(shares.items(), thresholds) if share >= threshold]
                    decided[target["name"]] = found
                elif target["kind"] != "regression":
                    decided[target["name"]] = choice(shares, target)
            return decided
        """#,
        #"""
        def words(decided):
            """Returns strings such as label=angry and labels=laughter,sigh."""
            return [f"{name}={value if isinstance(value, str) else ','.join(value)}" for name, value in decided.items()]
        """#,
        #"""
        def flat(answer):
            """Returns values and probabilities by name, such as arousal and label:angry."""
            found = {}
            for name, value in answer.items():
                found.update({f"{name}:{key}": share for key, share in value.items()} if isinstance(value, dict) else {name: value})
            return found
        """#,
    ]

    /// The functions that cut a recording into windows as `Predictor.windows` and `SlidingWindow` do.
    private static func windows(_ pipeline: FeaturePipeline) -> String {
        let extent = pipeline.extent
        guard let length = extent.seconds else {
            return #"""
                def windows(audio, rate):
                    """Yields the duration in seconds and the model input of a recording; the model takes recordings of any length."""
                    yield len(audio) / rate, model_input(audio, rate)
                """#
        }
        var uncut = PythonCalls()
        let silent = extent.secondsWithSilence.map { limit in
            let lines = uncut.prepare(pipeline.uncutAfterSilence).map { "    " + $0 }.joined(separator: "\n")
            let isShort =
                limit.isFinite ? "seconds - LEAD <= \(limit) and seconds <= 60" : "seconds <= 60"
            return (
                function: """
                def without_silence(audio, rate):
                    \"""Returns a waveform without silence, before truncation.\"""
                \(lines)
                    return audio



                """,
                condition: """

                    if \(isShort):
                        return len(without_silence(audio, rate)) / \(pipeline.finalRate) > WINDOW + 1 / \(pipeline.finalRate)
                """
            )
        }
        return (silent?.function ?? "") + #"""
            WINDOW = \#(length)  # seconds of a recording that fit into the model's input
            LEAD = \#(extent.lead)  # seconds at the start of a recording that are skipped


            def is_long(audio, rate):
                """Returns whether a recording is longer than the model's input."""
                seconds = len(audio) / rate
                if seconds - LEAD <= WINDOW + 1 / \#(pipeline.finalRate):
                    return False\#(silent?.condition ?? "")
                return True


            def windows(audio, rate):
                """Yields the duration in seconds and the model input of a recording, or of windows that overlap by half."""
                if not is_long(audio, rate):
                    yield len(audio) / rate, model_input(audio, rate)
                    return
                length, step = int((LEAD + WINDOW) * rate + 0.5), int(WINDOW / 2 * rate + 0.5)
                start = end = 0
                while start + length <= len(audio):
                    end = start + length
                    yield length / rate - LEAD, model_input(audio[start:end], rate)
                    start += step
                if start < len(audio) and len(audio) > end:
                    part = audio[start:]
                    try:
                        inputs = model_input(part, rate)
                    except ValueError:  # too short for the features
                        if len(audio) < length:
                            raise
                        part = audio[-length:]
                        inputs = model_input(part, rate)
                    yield len(part) / rate - LEAD, inputs
            """#
    }
}
