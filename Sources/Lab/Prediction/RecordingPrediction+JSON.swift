import Configuration
import SpeechEmotion

extension RecordingPrediction {
    /// The prediction as JSON: `label`, `probabilities` by class, and the `windows` of a long recording, each with its `start` and
    /// `end`. If predictions are not meaningful, `warnings` contains the reasons. With `attention`, the attention weights over time of the recording or of each window.
    public func json(
        classes: [String], attention: Bool = false, decisions: RunDecisions = RunDecisions()
    ) -> JSONValue {
        var line = summary.json(
            classes: classes, attention: attention && windows.isEmpty, decisions: decisions)
        if !warningTexts.isEmpty { line["warnings"] = warningTexts.encode() }
        guard !windows.isEmpty else { return line }
        line["windows"] = JSONValue(
            .list(
                windows.map { window in
                    let times: [JSONMember] = [
                        JSONMember("start", window.start.encode()), JSONMember("end", window.end.encode()),
                    ]
                    let prediction = window.prediction.json(classes: classes, attention: attention)
                    let warnings = window.warnings.sentences
                    return JSONValue(
                        .object(
                            times + (prediction.members ?? [])
                                + (warnings.isEmpty ? [] : [JSONMember("warnings", warnings.encode())])))
                }))
        return line
    }
}

extension Predictor.Prediction {
    /// The prediction as JSON: `label` and `probabilities` by class, or `targets` by name. With `attention`, the attention weights over time, or null if
    /// the model has none.
    public func json(
        classes: [String], attention: Bool = false, decisions: RunDecisions = RunDecisions()
    ) -> JSONValue {
        var line: JSONValue =
            outputs.isEmpty
            ? [
                "label": classes[best].encode(),
                "probabilities": JSONValue(
                    .object(zip(classes, probabilities).map { JSONMember($0, JSONValue(.number($1))) })),
            ]
            : [
                "targets": JSONValue(.object(targets.map { JSONMember($0.target.name, $0.json(decisions)) }))
            ]
        if outputs.isEmpty, let conformal = decisions["class"]?.conformal {
            line["prediction_set"] = conformal.classes(probabilities).map { classes[$0] }.encode()
        }
        if attention {
            line["attention"] =
                self.attention.map {
                    var json: JSONValue = ["seconds": $0.seconds.encode(), "weights": $0.weights.encode()]
                    if let window = $0.window { json["window"] = window.encode() }
                    return json
                } ?? .null
        }
        return line
    }
}
