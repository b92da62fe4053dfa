import Configuration
import Foundation
import Lab
import Layers
import ONNXExport
import Reports
import SpeechEmotion

/// What computes the input of an imported model, as `--features` names it.
struct ImportFeatures {
    let pipeline: FeaturePipeline
    /// The experiment, if one or a run is given.
    var experiment: Experiment?
    /// The test-time augmentation of a model file.
    var tta: JSONValue?
    private let source: String

    /// - Parameter columns: The names of the columns that the model lists; they select the columns of a CSV table.
    static func read(_ source: String, columns: [String], settings: [String]) throws -> ImportFeatures {
        if FeatureInput.isRun(source) {
            try checkUnset(settings, source)
            let experiment = try RunRecord(source).trainedExperiment
            return ImportFeatures(pipeline: experiment.features, experiment: experiment, source: source)
        }
        switch (source as NSString).pathExtension.lowercased() {
        case "safetensors":
            try checkUnset(settings, source)
            let (_, card) = try ModelFile.read(source)
            guard let features = card.features else {
                throw UsageError("--features \(source): the model file contains no feature pipeline")
            }
            return ImportFeatures(
                pipeline: try FeaturePipeline.decode(features), tta: card.tta, source: source)
        case "npy", "csv":
            try checkUnset(settings, source)
            var layout = TableLayout(file: source)
            if !columns.isEmpty, source.hasSuffix(".csv") { layout.columns = columns }
            var pipeline = FeaturePipeline()
            pipeline.layout = AnyFeatureLayout(layout)
            return ImportFeatures(pipeline: pipeline, source: source)
        default: break
        }
        var json = try JSONValue.load(source)
        guard json["data"] != nil else {
            try checkUnset(settings, source)
            return ImportFeatures(
                pipeline: try FeaturePipeline.decode(json["features"] ?? json), source: source)
        }
        // The imported model replaces that of the experiment, which may lack one.
        if json["model"] == nil { try json.set("model=[]") }
        for setting in settings { try json.set(setting) }
        let experiment = try Experiment.decode(json, environment: ProcessInfo.processInfo.environment)
        return ImportFeatures(pipeline: experiment.features, experiment: experiment, source: source)
    }

    private static func checkUnset(_ settings: [String], _ source: String) throws {
        guard settings.isEmpty else { throw UsageError("--set requires an experiment, found \(source)") }
    }

    /// Throws if the features are not the input of the model.
    func check(_ model: ImportedModel, _ path: String) throws {
        let shape = try pipeline.outputShape()
        guard shape.reduce(1, *) == model.inputs, shape.count == 1 else {
            throw UsageError(
                "\(path): the model takes \(NumberText.count(model.inputs, "value")) per clip, but the features of \(source) have the shape \(shape)\(shape.count > 1 ? "; use a layout with one vector per clip, such as summary" : "")"
            )
        }
        let (names, own) = (pipeline.names, model.inputNames)
        guard !own.isEmpty, Set(own) == Set(names),
            let index = zip(own, names).enumerated()
                .first(where: { $0.element.0 != $0.element.1 })?.offset
        else { return }
        throw UsageError(
            "\(path): column \(index) of the model is \"\(own[index])\", but that of \(source) is \"\(names[index])\": the same columns in another order"
        )
    }
}
