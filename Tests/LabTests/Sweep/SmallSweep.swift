import Configuration
import Foundation
import Lab
import TestSupport
import Testing

/// An experiment that takes a moment, with sweeps of it.
enum SmallSweep {
    /// Without the normalisation, and with the mean in place of attention; in two folds of speakers.
    static func experiment() throws -> JSONValue {
        var json = try JSONValue.parse(smallExperiment, source: "small.json")
        try json.set(#"split={"type": "k_fold", "folds": 2, "by": "speaker", "validation": 0.25}"#)
        try json.set(#"model[4]={"type": "global_pool"}"#)
        try json.remove(JSONPath([.key("model"), .index(0)]), source: "small.json")
        return json
    }

    /// The document with a sweep.
    static func json(_ sweep: JSONValue) throws -> JSONValue {
        var json = try experiment()
        json["sweep"] = sweep
        return json
    }

    /// The plan of a sweep that is given as text, which counts as its line 1.
    static func plan(
        _ sweep: String, _ edit: (inout JSONValue) throws -> Void = { _ in }
    ) throws -> ValidatedSweep {
        var json = try json(JSONValue.parse(sweep, source: "sweep.json"))
        try edit(&json)
        return try ValidatedSweep(Experiment.decode(json), json: json)
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
