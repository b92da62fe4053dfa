import Configuration
import Lab
import Training

extension Predictor {
    /// What a model of targets predicts: the name, the kind, the classes and, for a number, the range to draw. nil for a model of classes.
    var targetsJSON: JSONValue? {
        guard !targets.isEmpty else { return nil }
        return JSONValue(
            .list(
                targets.map { target in
                    var json: JSONValue = [
                        "name": target.name.encode(), "kind": target.kind.encode(),
                        "classes": target.classes.encode(),
                    ]
                    guard target.kind == .regression else { return json }
                    // The scale is half of the range, or a standard deviation.
                    json["low"] = (target.offset - target.scale).encode()
                    json["high"] = (target.offset + target.scale).encode()
                    return json
                }))
    }
}
