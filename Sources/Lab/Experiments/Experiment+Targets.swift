import Configuration
import Layers
import Metrics
import SpeechEmotion
import Training

extension Experiment {
    /// All metrics of predictions. Without targets, those of the config. With targets, each applies to the mean over the main targets of
    /// its task, and is also computed for each of several; a task without a metric in the config has its usual ones.
    public var metrics: [Metric] {
        guard !targets.isEmpty else {
            let isUsual = task != .classification && evaluation.metrics == EvaluationOptions().metrics
            return isUsual ? Metric.standard(task) : evaluation.metrics
        }
        let specs = targets.map(\.value)
        let main = specs.filter { $0.role == .main }
        var found = evaluation.metrics.filter { metric in
            specs.contains { $0.takes(metric) && (metric.target ?? $0.title) == $0.title }
        }
        for spec in main where !found.contains(where: { $0.target == nil && spec.takes($0) }) {
            found += Metric.standard(spec.plainOutput.task)
        }
        if main.contains(where: \.hasVotes), !found.contains(where: \.needsVotes) {
            found += Metric.ofVotes
        }
        var all: [Metric] = []
        func add(_ metric: Metric) { if !all.contains(metric) { all.append(metric) } }
        for metric in found {
            guard metric.target == nil else {
                add(metric)
                continue
            }
            let own = main.filter { $0.takes(metric) }
            if !own.isEmpty { add(metric) }
            if own.count > 1 { for output in own { add(metric.of(target: output.title)) } }
        }
        for spec in specs where spec.role != .main {
            for metric in Metric.standard(spec.plainOutput.task).prefix(2) {
                add(metric.of(target: spec.title))
            }
        }
        return all
    }

    /// The task of a model without targets.
    var task: Predictions.Task {
        frameLabels != nil && targets.isEmpty ? .frames : labelsSequences ? .sequences : .classification
    }

    /// The options of evaluation with all metrics.
    var measured: EvaluationOptions {
        var options = evaluation
        options.metrics = metrics
        return options
    }

    /// The metrics of the config that the model's predictions do not have. The default metrics stand for the usual ones of other tasks.
    var metricIssues: [ValidationIssue] {
        let specs = targets.map(\.value)
        guard evaluation.metrics != EvaluationOptions().metrics else { return [] }
        func applies(_ metric: Metric) -> Bool {
            targets.isEmpty
                ? task.has(metric) && !metric.needsVotes
                : specs.contains { $0.takes(metric) && (metric.target ?? $0.title) == $0.title }
        }
        return evaluation.metrics.enumerated().filter { !applies($1) }.map { index, metric in
            ValidationIssue(
                at: [.key("evaluation"), .key("metrics"), .index(index)],
                "\"\(metric.name)\" does not apply to \(targets.isEmpty ? "this model" : "any target"); use one of "
                    + Metric.allCases.filter(applies).map(\.name).joined(separator: ", "))
        }
    }

    /// The problem of a classification with a single class, where the classes are known; nil if there is none.
    func classComplaint(_ classes: [String]?) -> ValidationIssue? {
        guard targets.isEmpty, task == .classification, let classes, classes.count == 1 else { return nil }
        return ValidationIssue(
            at: data.classes == nil ? [.key("data")] : [.key("data"), .key("classes")],
            "expected at least two classes for classification, found only \"\(classes[0])\"")
    }

    /// The problems of targets that need no data.
    var targetIssues: [(path: JSONPath, message: String)] {
        guard !targets.isEmpty else { return [] }
        var issues: [(path: JSONPath, message: String)] = []
        func path(_ index: Int, _ keys: String...) -> JSONPath {
            JSONPath([.key("targets"), .index(index)] + keys.map { .key($0) })
        }
        let specs = targets.map(\.value)
        if !specs.contains(where: { $0.role == .main }) {
            issues.append((["targets"], "expected at least one target with the role \"main\", found none"))
        }
        for (index, spec) in specs.enumerated() {
            if specs[..<index].contains(where: { $0.title == spec.title }) {
                issues.append(
                    (path(index), "the name \"\(spec.title)\" is taken by another target; give it a \"name\"")
                )
            }
            if let message = spec.lossComplaint { issues.append((path(index, "loss"), message)) }
        }
        if loss.encode() != AnyLoss(CrossEntropyLoss()).encode() {
            issues.append(
                (["loss"], "conflicts with \"targets\", each of which has its own \"loss\"; move it there"))
        }
        if data.balance.rule == .weights {
            issues.append(
                (
                    ["data", "balance"],
                    "by weights applies to the label only; set \"class_weights\" in the loss of a target"
                ))
        }
        return issues
    }
}

extension Experiment {
    /// The problems of calibrated decisions that need no data.
    var decisionIssues: [(path: JSONPath, message: String)] {
        var issues: [(path: JSONPath, message: String)] = []
        for (key, isSet) in [
            ("calibration", evaluation.calibration != nil), ("conformal", evaluation.conformal != nil),
            ("thresholds", evaluation.thresholds?.isFitted == true),
        ]
        where isSet && !split.value.hasValidation {
            issues.append(
                (["evaluation", key], "requires a validation set; add \"validation\" to the split"))
        }
        if evaluation.calibration != nil, !OutputLayer.isFound(in: model.spec) {
            issues.append(
                (
                    ["evaluation", "calibration"],
                    "requires a dense layer without an activation at the end of the model, or at the end of each of its parallel branches; the temperature divides its weights"
                ))
        }
        guard let thresholds = evaluation.thresholds else { return issues }
        let tasks: [Predictions.Task] =
            targets.isEmpty ? [.classification] : targets.map(\.value.plainOutput.task)
        let wanted: [(key: String, isSet: Bool, task: Predictions.Task)] = [
            ("labels", thresholds.labels != nil, .multiLabel),
            ("classes", thresholds.classes != nil, .classification),
            ("costs", !thresholds.costs.entries.isEmpty, .classification),
        ]
        for (key, isSet, task) in wanted
        where isSet && !tasks.contains(task) {
            issues.append(
                (
                    ["evaluation", "thresholds", key],
                    "applies to \(task == .multiLabel ? "multi-label" : "classification") targets, which the model does not have; remove it"
                ))
        }
        if labelsSequences {
            issues.append((["evaluation", "thresholds"], "does not apply to sequence labeling; remove it"))
        }
        return issues
    }

    /// The outputs that the model needs, where they do not depend on the files of the corpus; nil where they do.
    ///
    /// - Parameter classes: The classes of the label, if known.
    func knownUnits(_ classes: [String]?) -> OutputUnits? {
        guard !targets.isEmpty else { return classes.map { OutputUnits(classes: $0) } }
        let outputs = targets.map(\.value).map { spec in
            var output = spec.plainOutput
            if spec.kind == .classification, spec.knownClasses == nil {
                output.classes = spec.columns == ["label"] ? classes ?? [] : []
            }
            return output
        }
        return outputs.contains { $0.count == 0 } ? nil : OutputUnits(outputs)
    }

    /// Outputs to plan the model with while the classes of a target are not known: as if it had `classes`.
    func assumedUnits(classes: Int) -> OutputUnits {
        guard !targets.isEmpty else { return OutputUnits(count: classes) }
        return OutputUnits(
            targets.map(\.value).map { spec in
                var output = spec.plainOutput
                if output.count == 0 { output.classes = (0..<classes).map { "class \($0)" } }
                return output
            })
    }
}

extension Experiment {
    /// The columns by which metrics are computed: those of the config, and the corpus if whole corpora are left out.
    var groupColumns: [String] {
        let isCrossCorpus = split.value is LeaveOneCorpusOutSplit
        let column = LeaveOneCorpusOutSplit.column
        return evaluation.groups + (isCrossCorpus && !evaluation.groups.contains(column) ? [column] : [])
    }
}

extension TargetSpec {
    /// Whether predictions of the target have a metric.
    func takes(_ metric: Metric) -> Bool {
        metric.task == plainOutput.task && (!metric.needsVotes || hasVotes)
    }

    /// The problem of a loss that does not suit the target; nil if it suits.
    fileprivate var lossComplaint: String? {
        func suits(_ loss: any LossSpec) -> Bool {
            switch kind {
            case .regression: loss.scoresNumbers
            case .multiLabel, .ordinal: loss is BinaryCrossEntropyLoss
            case .classification:
                loss.scoresClasses && !loss.scoresNumbers && !(loss is BinaryCrossEntropyLoss)
            }
        }
        guard !suits(usedLoss) else { return nil }
        let able = LossKinds.kinds.filter { ($0.init() as? any LossSpec).map(suits) == true }.map { $0.type }
        return
            "the loss \(Swift.type(of: usedLoss).type) does not support a target of type \(Self.type); use one of \(able.joined(separator: ", "))"
    }
}
