import Autograd
import Configuration
import Layers
import Metrics
import SpeechEmotion
import Training

/// What is known of an experiment before any data is read: the shapes that go through its model, and what that costs.
public struct ExperimentPlan: Sendable {
    /// The shape of a sound's features.
    public let input: [Int]
    /// What every layer makes of the shape before it, and what it costs for one example.
    ///
    /// Where the model has `"units": "classes"` and their number is not known, `layers` is that of a model for
    /// `assumedClasses`, and `summary` shows what depends on it.
    public let layers: LayerPlan
    /// The classes, where they are known.
    public let classes: [String]?
    /// The kind of the outermost layer.
    private let type: String
    /// How many classes `layers` is made for.
    private let assumedClasses: Int
    /// `layers` for one class more and for two, where their number is not known and matters.
    private let more: [LayerPlan]

    /// Checks everything that does not need data: features, shapes from layer to layer, loss, augmentation, and the figures that
    /// training watches. Throws all that is wrong with its places in the document.
    ///
    /// - Parameter classes: Those of the data; without them, those that the options alone are certain of.
    public init(
        _ experiment: Experiment, json: JSONValue, classes found: [String]? = nil
    ) throws(ConfigurationError) {
        let features = json["features"] ?? json
        let modelJSON = json["model"] ?? json
        do { input = try experiment.features.outputShape() } catch {
            throw ConfigurationError(place: features.place, path: ["features"], "\(error)")
        }
        let classes = found ?? experiment.data.certainClasses
        self.classes = classes
        let count = classes?.count ?? experiment.loss.value.classCount ?? Self.usualClasses
        assumedClasses = count
        let spec = try experiment.model.spec(classes: count)
        do { layers = try spec.checkedPlan(input) } catch {
            throw error.located(in: modelJSON, path: ["model"])
        }
        var more: [LayerPlan] = []
        if classes == nil, experiment.model.spec.needsClasses {
            for count in [count + 1, count + 2] {
                let spec = try experiment.model.spec(classes: count)
                do { more.append(try spec.checkedPlan(input)) } catch {
                    throw error.located(in: modelJSON, path: ["model"])
                }
            }
        }
        self.more = more
        type = Swift.type(of: spec).type
        var problems: [Problem] = []
        func report(_ path: JSONPath, _ message: String) {
            problems.append(Problem(place: json.place(of: path), path: path, message: message))
        }
        do { try layers.checkTakesRealNumbers(type) } catch {
            problems += error.located(in: modelJSON, path: ["model"]).problems
        }
        do { try experiment.loss.value.check(layers.output) } catch { report(["loss"], "\(error)") }
        if !experiment.loss.value.scoresClasses { report(["loss"], experiment.lossComplaint) }
        if let message = Self.mismatch(layers.output, classes: classes) { report(["model"], message) }
        if let complaint = experiment.balanceComplaint { report(["data"], complaint) }
        if let count = experiment.split.value.foldCount, experiment.fold > count {
            report(
                ["fold"],
                "expected 1\(count > 1 ? " to \(count)" : ""), found \(experiment.fold): "
                    + "the split has \(count > 1 ? "so many folds" : "no other fold")")
        }
        for (index, change) in experiment.augmentation.features.enumerated() {
            do { try change.value.check(input) } catch {
                report(JSONPath([.key("augmentation"), .key("features"), .index(index)]), "\(error)")
            }
        }
        for failure in TestTimeAugmentation(experiment.evaluation.views).failures(experiment.features) {
            report(
                JSONPath([.key("evaluation"), .key("tta"), .index(failure.copy)]), "\(failure.error)")
        }
        for (path, name) in Self.watched(experiment.training, experiment.schedule?.value) {
            if let message = experiment.problem(withFigure: name) { report(path, message) }
        }
        if experiment.features.normalize == .speaker {
            if experiment.augmentation.leakCopiesIntoTest {
                report(
                    ["features", "normalize"],
                    "a speaker's copies would be measured with the sounds themselves; leave leak_copies_into_test out"
                )
            }
            if let sequence = experiment.features.layout.value as? FrameSequence, sequence.pad != .end {
                report(
                    ["features", "normalize"],
                    "zeros at the front count as sound, and would be a part of the voice; \"pad\": \"end\" in the layout leaves them out"
                )
            }
        }
        if experiment.evaluation.part == .validation, !experiment.split.value.hasValidation {
            report(
                ["evaluation", "part"],
                "the split has no validation part to measure; give \"validation\" to the split, or take \"test\""
            )
        }
        if let schedule = experiment.schedule?.value, schedule.per == .epoch,
            let complaint = schedule.complaint(total: experiment.training.epochs)
        {
            report(JSONPath([.key("schedule")] + complaint.path.steps), complaint.message)
        }
        // Names need the model; of one that takes much memory they are asked when it is there anyway.
        if !experiment.optimizer.value.common.groups.isEmpty, layers.parameters <= Self.mostMade {
            do {
                let names = try spec.parameterNames(input)
                for complaint in experiment.groupComplaints(names) {
                    report(complaint.path, complaint.message)
                }
            } catch { problems += error.located(in: modelJSON, path: ["model"]).problems }
        }
        guard problems.isEmpty else { throw ConfigurationError(problems) }
    }

    /// The most weights of a model that is made for a check.
    private static let mostMade = 1 << 26
    /// How many classes a model is planned for that may have any number of them.
    private static let usualClasses = 8

    /// What is wrong with the output of a model where there are these classes; nil for classes that are not known yet.
    static func mismatch(_ output: [Int], classes: [String]?) -> String? {
        guard output.count == 1, classes.map({ [$0.count] == output }) ?? true else {
            let expected = classes.map {
                "[\($0.count)], a number for each class: \($0.joined(separator: ", "))"
            }
            // A layer of another size may be all that is wrong.
            let advice =
                output.count == 1
                ? "; \"units\": \"classes\" in the last dense layer takes their number from the data" : ""
            return "gives \(output), expected \(expected ?? "[classes], a number for each class")\(advice)"
        }
        return nil
    }

    /// The layers as a table with shapes, parameters and multiply-adds.
    public var summary: String {
        layers.summary(type, input: input, depth: 1, classes: assumedClasses, more: more)
    }
}

extension JSONPath: ExpressibleByArrayLiteral {
    /// Keys from the outermost to the innermost: `["training", "epochs"]`.
    public init(arrayLiteral keys: String...) { self.init(keys.map { .key($0) }) }
}

extension Experiment {
    /// Patterns of the optimiser's groups that fit none of these parameters, with their paths in the experiment.
    func groupComplaints(_ names: [String]) -> [Complaint] {
        optimizer.value.complaints(forParameters: names).map {
            Complaint(at: [.key("optimizer")] + $0.path.steps, $0.message)
        }
    }

    /// Why a loss that knows no scores of classes cannot be trained with.
    fileprivate var lossComplaint: String {
        let able = LossKinds.kinds.filter { ($0.init() as? any LossSpec)?.scoresClasses == true }.map {
            $0.type
        }
        return
            "the loss \(Swift.type(of: loss.value).type) leaves open which output stands for which class, and every figure of a run "
            + "needs that; use one of \(able.joined(separator: ", "))"
    }

    /// The figures of every epoch.
    private var figureNames: [String] {
        let isPenalized = model.spec.encode().hasPenalties
        return ["train_loss", "train_accuracy"] + (isPenalized ? ["penalty"] : [])
            + (split.value.hasValidation
                ? ["validation_loss"] + evaluation.metrics.map { "validation_" + $0.rawValue } : [])
            + (split.value.hasValidation && isPenalized ? ["validation_objective"] : [])
            + ["learning_rate", "gradient_norm"]
    }

    /// Why no epoch has a figure of that name; nil where each has.
    fileprivate func problem(withFigure name: String) -> String? {
        let known = figureNames
        if known.contains(name) { return nil }
        if name.hasPrefix("validation_"), !split.value.hasValidation {
            return
                "the split has no validation part, and no epoch the figure \"\(name)\"; give \"validation\" to the split, "
                + "or do without: \"selection\": {\"weights\": \"last\"}"
        }
        let bare =
            ["validation_", "val_"].first(where: name.hasPrefix).map { String(name.dropFirst($0.count)) }
            ?? name
        let whole = "validation_" + bare
        if !known.contains(whole), Figure(rawValue: bare) != nil {
            return "no epoch has the figure \"\(name)\"; add \"\(bare)\" to evaluation.metrics"
        }
        let meant = known.contains(whole) ? whole : Suggestion.closest(to: name, among: known)
        return "no epoch has the figure \"\(name)\"; "
            + (meant.map { "did you mean \"\($0)\"? There are " } ?? "there are ")
            + known.joined(separator: ", ")
    }

    /// An experiment from a file, with what it extends and what is set in its place. Throws everything that is wrong with it.
    ///
    /// - Parameters:
    ///   - settings: such as "training.epochs=5".
    ///   - environment: what `${NAME}` in texts stands for.
    ///   - keepsUnset: leaves `${NAME}` as it is where the environment has no such name: good for a check, not for a run.
    public static func load(
        _ path: String, settings: [String] = [], environment: [String: String], keepsUnset: Bool = false
    ) throws(ConfigurationError) -> (experiment: Experiment, json: JSONValue) {
        try resolve(
            JSONValue.load(path), settings: settings, environment: environment, keepsUnset: keepsUnset)
    }

    /// The experiment that a document describes with what settings such as `training.epochs=5` change.
    public static func resolve(
        _ json: JSONValue, settings: [String], environment: [String: String]? = nil, keepsUnset: Bool = false
    ) throws(ConfigurationError) -> (experiment: Experiment, json: JSONValue) {
        var json = json
        for setting in settings {
            json.fillInDefault(of: setting)
            try json.set(setting)
        }
        return (try decode(json, environment: environment, keepsUnset: keepsUnset), json)
    }
}

extension DataOptions {
    /// The classes, where whatever files there are cannot change them.
    fileprivate var certainClasses: [String]? {
        classes ?? (source.value is SyntheticCorpus ? try? read().classes : nil)
    }
}

extension LossSpec {
    /// For how many classes it has weights; nil where it has none.
    fileprivate var classCount: Int? {
        guard case .second(let weights) = (self as? any ClassWeightedLoss)?.classWeights else { return nil }
        return weights.count
    }
}

extension JSONValue {
    /// Writes out the default of a part of the experiment that is missing, where a setting such as
    /// `optimizer.learning_rate=0.01` leads into it.
    fileprivate mutating func fillInDefault(of setting: String) {
        let key = String(setting.prefix { !".[=".contains($0) })
        guard setting.dropFirst(key.count).first == ".", self[key] == nil || self[key]?.isNull == true,
            let experiment = try? Experiment.decode(self), let value = experiment.encode()[key], !value.isNull
        else { return }
        self[key] = value
    }
}

extension JSONValue {
    /// Whether a layer in the description of a model has penalties on its weights.
    fileprivate var hasPenalties: Bool {
        if let members {
            return members.contains { member in
                ["l1", "l2"].contains(member.key) && (member.value.double ?? 0) > 0
                    || member.value.hasPenalties
            }
        }
        return elements?.contains { $0.hasPenalties } ?? false
    }
}

extension ExperimentPlan {
    /// The figures that the options watch, each with its place in an experiment; `endEpoch` gives nan for one that no epoch has.
    static func watched(
        _ options: TrainingOptions, _ schedule: (any ScheduleSpec)?
    ) -> [(path: JSONPath, name: String)] {
        var figures: [(path: JSONPath, name: String)] = []
        if options.selection.weights == .best {
            figures.append((["training", "selection", "monitor"], options.selection.monitor))
        }
        if let stopping = options.earlyStopping {
            figures.append((["training", "early_stopping", "monitor"], stopping.monitor))
        }
        if let monitor = schedule?.monitor { figures.append((["schedule", "monitor"], monitor)) }
        return figures
    }
}
