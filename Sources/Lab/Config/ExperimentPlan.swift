import Autograd
import Configuration
import Layers
import SpeechEmotion

/// What is known of an experiment before any data is read: the shapes that go through its model, and what that costs.
public struct ExperimentPlan: Sendable {
    /// The shape of a sound's features.
    public let input: [Int]
    public let layers: LayerPlan
    /// The kind of the outermost layer.
    private let type: String

    /// Checks everything that does not need data: features, shapes from layer to layer, loss, augmentation, and the figures that
    /// training watches. Throws all that is wrong with its places in the document.
    public init(_ experiment: Experiment, json: JSONValue) throws(ConfigurationError) {
        let features = json["features"] ?? json
        let modelJSON = json["model"] ?? json
        do { input = try experiment.features.outputShape() } catch {
            throw ConfigurationError(place: features.place, path: ["features"], "\(error)")
        }
        do { layers = try experiment.model.spec.plan(input) } catch {
            throw error.located(in: modelJSON, path: ["model"])
        }
        type = Swift.type(of: experiment.model.spec).type
        var problems: [Problem] = []
        func report(_ key: String, _ message: String) {
            problems.append(
                Problem(place: json[key]?.place ?? json.place, path: JSONPath([.key(key)]), message: message))
        }
        do { try experiment.loss.value.check(layers.output) } catch {
            report("loss", "\(error); the model gives \(layers.output)")
        }
        if let complaint = experiment.balanceComplaint { report("data", complaint) }
        do { try experiment.augmentation.check(input) } catch { report("augmentation", "\(error)") }
        let known = experiment.figureNames
        for name in Trainer.watched(experiment.training, experiment.schedule?.value)
        where !known.contains(name) {
            let meant = Suggestion.closest(to: name, among: known).map { "; did you mean \"\($0)\"?" } ?? ""
            report(
                "training",
                "no epoch has the figure \"\(name)\"\(meant) There are \(known.joined(separator: ", "))")
        }
        guard problems.isEmpty else { throw ConfigurationError(problems) }
    }

    /// The layers as a table with shapes, parameters and multiply-adds.
    public var summary: String { layers.summary(type, input: input, depth: 1) }
}

extension JSONPath: ExpressibleByArrayLiteral {
    public init(arrayLiteral keys: String...) { self.init(keys.map { .key($0) }) }
}

extension Experiment {
    /// The figures of every epoch.
    var figureNames: [String] {
        ["train_loss", "train_accuracy", "validation_loss"]
            + evaluation.metrics.map { "validation_" + $0.rawValue }
            + ["learning_rate", "gradient_norm"]
    }

    /// An experiment from a file, with what it extends and what is set in its place. Throws everything that is wrong with it.
    ///
    /// - Parameters:
    ///   - settings: such as "training.epochs=5".
    ///   - environment: what `${NAME}` in texts stands for.
    public static func load(
        _ path: String, settings: [String] = [], environment: [String: String]
    ) throws(ConfigurationError) -> (experiment: Experiment, json: JSONValue) {
        var json = try JSONValue.load(path)
        for setting in settings { try json.set(setting) }
        return (try decode(json, environment: environment), json)
    }
}
