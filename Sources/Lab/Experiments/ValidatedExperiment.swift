import Autograd
import Configuration
import Layers
import Metrics
import SpeechEmotion
import Training

/// An experiment that passed all checks that need no data, with the shapes and the cost of its model.
public struct ValidatedExperiment: Sendable {
    /// The shape of the features of one recording.
    public let input: [Int]
    /// The output shape and the cost per example of every layer.
    ///
    /// If the model uses `"units": "classes"` and the number of classes is unknown, these are the layers for `assumedClasses`
    /// classes, and `summary` marks everything that depends on the number.
    public let layers: LayerPlan
    /// The classes, if known.
    public let classes: [String]?
    /// The type of the outermost layer.
    private let type: String
    /// The number of classes that `layers` assumes.
    private let assumedClasses: Int
    /// `layers` for one and two more classes, if the number is unknown and matters.
    private let more: [LayerPlan]

    /// Checks everything that needs no data: features, the shapes between layers, loss, augmentation and monitored metrics.
    /// Throws all problems with their locations in the document.
    ///
    /// - Parameter classes: The classes of the data; nil infers them from the options, if possible.
    public init(
        _ experiment: Experiment, json: JSONValue, classes found: [String]? = nil
    ) throws(ConfigurationError) {
        try self.init(experiment, json: json, classes: found, units: nil)
    }

    /// Checks an experiment whose data need known outputs.
    init(
        _ experiment: Experiment, json: JSONValue, classes found: [String]?, units: OutputUnits?
    ) throws(ConfigurationError) {
        let features = json["features"] ?? json
        let modelJSON = json["model"] ?? json
        do { input = try experiment.features.outputShape() } catch {
            throw ConfigurationError(place: features.place, path: ["features"], "\(error)")
        }
        let classes = experiment.outputs(of: found ?? experiment.data.certainClasses)
        self.classes = classes
        let count = classes?.count ?? experiment.loss.value.classCount ?? Self.usualClasses
        let units = units ?? experiment.knownUnits(classes)
        let assumed = units ?? experiment.assumedUnits(classes: count)
        assumedClasses = assumed.count
        let spec: any LayerSpec
        do { spec = try experiment.model.spec(assumed) } catch {
            // A classifier cannot have the single output of a number.
            let complaint = experiment.estimatorComplaint(experiment.model.spec, assumed)
            throw ConfigurationError(
                place: modelJSON.place, path: ["model"],
                complaint ?? error.reason)
        }
        do { layers = try spec.checkedPlan(input) } catch {
            throw error.located(in: modelJSON, path: ["model"])
        }
        var more: [LayerPlan] = []
        if units == nil, experiment.targets.isEmpty, experiment.model.spec.needsClasses {
            for count in [count + 1, count + 2] {
                let spec = try experiment.model.spec(classes: count)
                do { more.append(try spec.checkedPlan(input)) } catch {
                    throw error.located(in: modelJSON, path: ["model"])
                }
            }
        }
        self.more = more
        type = Swift.type(of: spec).type
        var problems: [ConfigurationIssue] = []
        func report(_ path: JSONPath, _ message: String) {
            problems.append(ConfigurationIssue(place: json.place(of: path), path: path, message: message))
        }
        do { try layers.checkTakesRealNumbers(type) } catch {
            problems += error.located(in: modelJSON, path: ["model"]).problems
        }
        if experiment.targets.isEmpty {
            do { try experiment.loss.value.check(layers.output) } catch { report(["loss"], "\(error)") }
            if !experiment.loss.value.scoresClasses, !experiment.labelsSteps {
                report(["loss"], experiment.lossComplaint)
            }
        }
        for issue in experiment.decisionIssues { report(issue.path, issue.message) }
        for issue in experiment.targetIssues { report(issue.path, issue.message) }
        if let complaint = experiment.waveformComplaint { report(["features"], complaint) }
        if let message = experiment.estimatorComplaint(spec, assumed) { report(["model"], message) }
        if let complaint = experiment.softmaxComplaint { report(["model"], complaint) }
        if let message = Self.mismatch(
            layers.output, units, labelsSteps: experiment.labelsSteps)
        {
            report(["model"], message)
        }
        for complaint in experiment.stepComplaints + experiment.metricIssues {
            report(complaint.path, complaint.message)
        }
        if let complaint = experiment.classComplaint(classes) { report(complaint.path, complaint.message) }
        if let complaint = experiment.balanceComplaint { report(["data"], complaint) }
        if let count = experiment.split.value.foldCount, experiment.fold > count {
            report(
                ["fold"],
                "expected 1\(count > 1 ? " to \(count)" : ""), found \(experiment.fold): "
                    + "the split has \(count > 1 ? "\(count) folds" : "a single fold")")
        }
        for (index, change) in experiment.augmentation.features.enumerated() {
            do { try change.value.check(input) } catch {
                report(JSONPath([.key("augmentation"), .key("features"), .index(index)]), "\(error)")
            }
        }
        for failure in TestTimeAugmentation(experiment.evaluation.tta).failures(experiment.features) {
            report(
                JSONPath([.key("evaluation"), .key("tta"), .index(failure.copy)]), "\(failure.error)")
        }
        for (path, name) in experiment.watched {
            if let message = experiment.problem(withMetric: name) { report(path, message) }
        }
        if experiment.features.normalize != .none {
            let plan = experiment.augmentation
            if plan.leaksCopies {
                let key = plan.leakCopiesIntoTest ? "leak_copies_into_test" : "leak_copies_into_validation"
                report(
                    ["features", "normalize"],
                    "conflicts with \(key): the statistics of a \(experiment.features.normalize.group) would include augmented copies; remove \(key)"
                )
            }
            if let sequence = experiment.features.layout.value as? FrameSequence, sequence.padding != .end {
                report(
                    ["features", "normalize"],
                    "conflicts with padding at the front, which would count towards the statistics of the \(experiment.features.normalize.group); use \"padding\": \"end\" in the layout"
                )
            }
        }
        if experiment.training.coral != nil, experiment.labelsSequences || spec.hasEstimator {
            report(
                ["training", "coral"],
                "applies to neural networks with one output vector for each clip; remove \"coral\"")
        }
        if experiment.augmentation.leakCopiesIntoValidation, !experiment.split.value.hasValidation {
            report(
                ["augmentation", "leak_copies_into_validation"],
                "the split has no validation set; add \"validation\" to the split")
        }
        if experiment.evaluation.subset == .validation, !experiment.split.value.hasValidation {
            report(
                ["evaluation", "subset"],
                "the split has no validation set; add \"validation\" to the split, or use \"test\""
            )
        }
        if let schedule = experiment.schedule?.value, schedule.per == .epoch,
            let complaint = schedule.complaint(total: experiment.training.epochs)
        {
            report(JSONPath([.key("schedule")] + complaint.path.steps), complaint.message)
        }
        // Parameter names require building the model; for a large one this is checked later, when the run builds it anyway.
        if !experiment.optimizer.value.common.groups.isEmpty || !experiment.freeze.isEmpty,
            layers.parameters <= Self.mostMade
        {
            do {
                let names = try spec.parameterNames(input)
                for complaint in experiment.groupComplaints(names) {
                    report(complaint.path, complaint.message)
                }
            } catch { problems += error.located(in: modelJSON, path: ["model"]).problems }
        }
        if !experiment.training.gradientCheckpointing.list.isEmpty, layers.parameters <= Self.mostMade {
            do {
                let names = try spec.layerNames(input)
                for complaint in experiment.checkpointComplaints(names) {
                    report(complaint.path, complaint.message)
                }
            } catch { problems += error.located(in: modelJSON, path: ["model"]).problems }
        }
        if spec.hasEstimator {
            for key in ["initialize", "freeze"] where !(json[key]?.isEmpty ?? true) {
                report(
                    [key],
                    "applies to neural networks only, and the model is a classical model; remove \"\(key)\"")
            }
        }
        if let message = spec.estimatorComplaint(parameters: layers.parameters) { report(["model"], message) }
        if problems.isEmpty, let search = experiment.search {
            problems += search.problems(experiment, json: json)
        }
        guard problems.isEmpty else { throw ConfigurationError(problems) }
    }

    /// The largest number of parameters for which a model is built just to be checked.
    static let mostMade = 1 << 26
    /// The number of classes assumed if it is unknown.
    private static let usualClasses = 8

    /// Returns the problem if a model's output does not match the classes or targets; nil if it does, or if these are unknown.
    static func mismatch(_ output: [Int], _ units: OutputUnits?, labelsSteps: Bool = false) -> String? {
        if labelsSteps { return stepMismatch(output, units) }
        guard output.count == 1, units.map({ [$0.count] == output }) ?? true else {
            let expected = units.map { "[\($0.count)], \($0.text)" }
            // The last layer may only have the wrong size.
            let advice =
                output.count == 1
                ? "; use \"units\": \"\(units?.targets.isEmpty == false ? "targets" : "classes")\" in the last dense layer to take the number from the data"
                : ""
            return "outputs \(output), expected \(expected ?? "[classes], one logit per class")\(advice)"
        }
        return nil
    }

    private static func stepMismatch(_ output: [Int], _ units: OutputUnits?) -> String? {
        let count = units.map { "\($0.count)" } ?? "classes"
        guard output.count != 2 || units.map({ output[1] != $0.count }) == true else { return nil }
        return
            "outputs \(output), expected [steps, \(count)], \(units?.text ?? "a score for each class"); use \"units\": \"classes\" in the last dense layer to take the number from the data"
    }

    /// A table of the layers with output shapes, parameters and multiply-adds.
    public var summary: String {
        layers.summary(type, input: input, depth: 1, classes: assumedClasses, more: more)
    }
}

extension JSONPath: ExpressibleByArrayLiteral {
    /// Creates a path from keys: `["training", "epochs"]`.
    public init(arrayLiteral keys: String...) { self.init(keys.map { .key($0) }) }
}

extension Experiment {
    /// Returns the patterns of the optimizer's parameter groups and of `freeze` that match none of the parameters, and
    /// whether an epoch has no trained parameter.
    func groupComplaints(_ names: [String]) -> [ValidationIssue] {
        optimizer.value.validationIssues(forParameters: names).map {
            ValidationIssue(at: [.key("optimizer")] + $0.path.steps, $0.message)
        }
            + freeze.validationIssues(forParameters: names, epochs: training.epochs).map {
                ValidationIssue(at: [.key("freeze")] + $0.path.steps, $0.message)
            }
    }

    /// Returns the patterns of `gradient_checkpointing` that match none of the layers.
    fileprivate func checkpointComplaints(_ names: [String]) -> [ValidationIssue] {
        training.gradientCheckpointing.list.filter { !NamePatterns([$0]).matchesAny(names) }.map { pattern in
            ValidationIssue(
                at: [.key("training"), .key("gradient_checkpointing")],
                "no layer matches \"\(pattern)\"; \(NamePatterns.advice(on: pattern, names))")
        }
    }

    /// The message for a loss that does not produce class scores.
    fileprivate var lossComplaint: String {
        let able = LossKinds.kinds.filter { ($0.init() as? any LossSpec)?.scoresClasses == true }.map {
            $0.type
        }
        return
            "the loss \(Swift.type(of: loss.value).type) does not assign outputs to classes, as the metrics require; "
            + "use one of \(able.joined(separator: ", "))"
    }

    /// The message for a layer on waveforms without waveforms of its sample rate.
    fileprivate var waveformComplaint: String? {
        guard let layer = model.spec.waveformLayer else { return nil }
        if features.finalRate != layer.sampleRate {
            return
                "the layer \(layer.type) expects waveforms at \(layer.sampleRate) Hz, found \(features.finalRate) Hz"
        }
        if features.layout.value.names == ["waveform"] { return nil }
        return
            "the layer \(layer.type) expects waveforms; use the layout {\"type\": \"sequence\", \"features\": [{\"type\": \"waveform\"}], \"frames\": 64000}"
    }

    /// The message for a softmax at the end of the model before a loss that applies it itself.
    fileprivate var softmaxComplaint: String? {
        guard loss.value is CrossEntropyLoss || loss.value is FocalLoss || loss.value is KLDivergenceLoss
        else {
            return nil
        }
        var last: any LayerSpec = model.spec
        if let sequence = last as? Sequential.Spec, let end = sequence.layers.last { last = end.value }
        let activation = (last as? Dense.Spec)?.affine.activation ?? (last as? ActivationLayerSpec)?.function
        guard activation == .softmax else { return nil }
        return
            "the last layer applies softmax, and the loss \(Swift.type(of: loss.value).type) applies it again: it expects logits. Remove the activation; predictions are still probabilities"
    }

    /// The names of the metrics of every epoch.
    private var metricNames: [String] {
        let isPenalized = model.spec.encode().hasPenalties
        let hasAccuracy =
            targets.isEmpty
            ? loss.value.hasAccuracy && frameLabels == nil
            : TargetLoss(targets.map(\.value).map { .init($0.plainOutput, $0.usedLoss) }).hasAccuracy
        return ["train_loss"] + (hasAccuracy ? ["train_accuracy"] : []) + (isPenalized ? ["penalty"] : [])
            + (split.value.hasValidation
                ? ["validation_loss"] + metrics.map { "validation_" + $0.name } : [])
            + (split.value.hasValidation && isPenalized ? ["validation_objective"] : [])
            + ["learning_rate", "gradient_norm"]
    }

    /// Returns the problem if epochs have no metric of that name; nil if they have.
    fileprivate func problem(withMetric name: String) -> String? {
        let known = metricNames
        if known.contains(name) { return nil }
        if name.hasPrefix("validation_"), !split.value.hasValidation {
            return
                "\"\(name)\" is not available, because the split has no validation set; add \"validation\" to the split, "
                + "or use the last epoch: \"selection\": {\"weights\": \"last\"}"
        }
        let bare =
            ["validation_", "val_"].first(where: name.hasPrefix).map { String(name.dropFirst($0.count)) }
            ?? name
        let whole = "validation_" + bare
        let isPossible = Metric(rawValue: bare).map { metric in
            targets.isEmpty ? task.has(metric) : targets.contains { $0.value.takes(metric) }
        }
        if !known.contains(whole), isPossible == true {
            return "unknown metric \"\(name)\"; add \"\(bare)\" to evaluation.metrics"
        }
        let meant = known.contains(whole) ? whole : Suggestion.closest(to: name, among: known)
        return "unknown metric \"\(name)\"; "
            + (meant.map { "did you mean \"\($0)\"? Available: " } ?? "available: ")
            + known.joined(separator: ", ")
    }

    /// Loads an experiment from a file, with the configs it extends and the given overrides. Throws all problems at once.
    ///
    /// - Parameters:
    ///   - settings: Overrides such as "training.epochs=5".
    ///   - environment: The variables that replace `${NAME}` in strings.
    ///   - keepsUnset: Whether to keep `${NAME}` if the variable is not set: useful for a check, not for a run.
    public static func load(
        _ path: String, settings: [String] = [], environment: [String: String], keepsUnset: Bool = false
    ) throws(ConfigurationError) -> (experiment: Experiment, json: JSONValue) {
        try resolve(
            JSONValue.load(path), settings: settings, environment: environment, keepsUnset: keepsUnset)
    }

    /// Decodes an experiment from a document after applying overrides such as `training.epochs=5`.
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
    /// The classes, if they do not depend on the files of the corpus.
    fileprivate var certainClasses: [String]? {
        classes
            ?? (source.value is SyntheticCorpus || source.value is SpokenDigitsCorpus
                ? try? read().classes : nil)
    }
}

extension LossSpec {
    /// The number of class weights; nil without class weights.
    fileprivate var classCount: Int? {
        guard case .second(let weights) = (self as? any ClassWeightedLoss)?.classWeights else { return nil }
        return weights.count
    }
}

extension JSONValue {
    /// Makes the default of a missing section explicit if an override such as `optimizer.learning_rate=0.01` changes a value
    /// inside it.
    fileprivate mutating func fillInDefault(of setting: String) {
        let key = String(setting.prefix { !".[=".contains($0) })
        guard setting.dropFirst(key.count).first == ".", self[key] == nil || self[key]?.isNull == true,
            let experiment = try? Experiment.decode(self), let value = experiment.encode()[key], !value.isNull
        else { return }
        self[key] = value
    }
}

extension JSONValue {
    /// Whether the value is null or an empty list.
    fileprivate var isEmpty: Bool { isNull || elements?.isEmpty == true }

    /// Whether any layer of the model has L1 or L2 penalties.
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

extension Experiment {
    /// The monitored metrics with their paths; none for a model that is fitted as a whole.
    var watched: [(path: JSONPath, name: String)] {
        if model.spec.hasEstimator { return [] }
        var metrics: [(path: JSONPath, name: String)] = []
        if training.selection.weights == .best {
            metrics.append((["training", "selection", "monitor"], training.selection.monitor))
        }
        if let stopping = training.earlyStopping {
            metrics.append((["training", "early_stopping", "monitor"], stopping.monitor))
        }
        if let monitor = schedule?.value.monitor { metrics.append((["schedule", "monitor"], monitor)) }
        return metrics
    }
}
