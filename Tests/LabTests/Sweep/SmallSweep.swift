import Configuration
import Foundation
import Lab
import Testing

/// An experiment that takes a moment, with sweeps of it.
enum SmallSweep {
    /// Some 0.3 s a run; the state is saved after every step.
    static let experiment = """
        {
            "name": "small",
            "data": {"source": {"type": "synthetic", "speakers": 4, "repetitions": 1}},
            "split": {"type": "k_fold", "folds": 2, "by": "speaker", "validation": 0.25},
            "features": {
                "rate": 8000,
                "layout": {
                    "type": "sequence", "frames": 40,
                    "features": [{"type": "mfcc", "count": 8, "fft": 512, "hop": 256, "mels": 20}]
                }
            },
            "augmentation": {"rows": [[], [{"type": "noise", "amplitude": 0.01}]]},
            "model": [
                {"type": "conv1d", "filters": 6, "kernel": 3, "padding": "same", "activation": "relu"},
                {"type": "dropout", "rate": 0.2},
                {"type": "gru", "units": 6},
                {"type": "global_pool"},
                {"type": "dense", "units": 8}
            ],
            "training": {"batch": 8, "epochs": 4, "save_seconds": 0}
        }
        """

    /// The document with a sweep.
    static func json(_ sweep: JSONValue) throws -> JSONValue {
        var json = try JSONValue.parse(experiment, source: "small.json")
        json["sweep"] = sweep
        return json
    }

    /// The plan of a sweep that is given as text, which counts as its line 1.
    static func plan(
        _ sweep: String, _ edit: (inout JSONValue) throws -> Void = { _ in }
    ) throws -> SweepPlan {
        var json = try json(JSONValue.parse(sweep, source: "sweep.json"))
        try edit(&json)
        return try SweepPlan(Experiment.decode(json), json: json)
    }

    /// What is said of a sweep that is wrong.
    static func complaint(
        _ sweep: String, _ edit: (inout JSONValue) throws -> Void = { _ in }
    ) throws -> String {
        do {
            _ = try plan(sweep, edit)
            return ""
        } catch {
            return "\(error)"
        }
    }
}
