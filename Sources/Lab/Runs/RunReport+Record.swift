import Autograd
import Configuration
import Foundation
import Layers
import Metrics
import Reports
import SpeechEmotion

extension RunReport {
    /// Creates the report of a finished run from its folder. It shows recordings and attention if the data are available.
    ///
    /// - Parameter data: The run's data; nil if they are no longer available.
    public init(_ record: RunRecord, data: ExperimentData?) throws {
        let experiment = record.trainedExperiment
        self.init(title: record.name)
        lead = experiment.description
        let isOfClasses = experiment.targets.isEmpty && experiment.task == .classification
        facts = try Self.facts(
            experiment, classes: isOfClasses ? record.predictions?.classes : nil,
            units: isOfClasses ? nil : data?.units)
        split = Self.split(of: record, experiment)
        audit = record.audit.map { Self.audit($0, measured: experiment.evaluation.subset.rawValue) }
        epochs = record.epochs
        bestEpoch = record.result?.bestEpoch
        environment = Self.environment(record.environment)
        commands = [
            "Train run \(record.file(RunFile.config)) --name \(record.name)-again",
            "Train verify \(record.path)",
        ]
        config = record.experiment.encode()
        if let result = record.result {
            add(result, experiment.measured, isFitted: experiment.model.spec.hasEstimator)
            if !result.truncation.isEmpty {
                truncation = TruncationTable(result.truncation.map { ($0.subset.rawValue, $0.summary) })
            }
            if !result.skipped.isEmpty {
                facts.append(
                    ("Skipped clips", result.skipped.flatMap(\.reasons).joined(separator: "; ")))
            }
        }
        if let options = record.experiment.search, record.result != nil {
            search = try? SearchResult(options, file: record.file(SearchLog.name))
        }
        if record.result != nil, experiment.model.spec.hasEstimator {
            let model = try Predictor(record.path).model
            let sizes = model.fittedSizes
            if !sizes.isEmpty { facts.append(("Fitted model", sizes.joined(separator: "; "))) }
            try addImportances(model, experiment, data)
        }
        if record.result != nil, experiment.targetWeighting == .uncertainty {
            let targets = (try? Predictor(record.path))?.targets ?? []
            let weights = targets.compactMap { target in
                target.logVariance.map { "\(target.name) \(NumberText.fixed(exp(-$0), 3))" }
            }
            if !weights.isEmpty {
                facts.append(("Learned loss weights", weights.joined(separator: ", ") + " (1 / variance)"))
            }
        }
        if let data, isOfClasses {
            trainingClasses = TrainingClasses(experiment, data)
        }
        if let predictions = record.predictions {
            let unit = predictions.unit(speakerIndependent: record.result?.speakerIndependent)
            try add(predictions, experiment.evaluation, unit: unit)
            addNotes(
                predictions, in: "the \(record.result?.subset.word ?? "test") set",
                known: record.result?.skipped.flatMap(\.lostClasses) ?? [], [experiment])
            if let found = try record.decisions {
                decisions = DecisionReport.all(
                    found, predictions, unit: unit, level: experiment.evaluation.confidenceLevel)
            }
            if let columns = try record.columns {
                groups = predictions.groupMetrics(
                    columns, experiment.measured, speakerIndependent: record.result?.speakerIndependent)
            }
            if let data, isOfClasses {
                try addExamples(
                    predictions, data.corpus.clips, sound: data.sound(of:), Predictor(record.path))
            }
        }
    }

    private static func facts(
        _ experiment: Experiment, classes: [String]?, units: OutputUnits?
    ) throws -> [(
        name: String, value: String
    )] {
        let plan = try ValidatedExperiment(
            experiment, json: experiment.encode(), classes: classes, units: units)
        return [
            ("Data", experiment.data.source.encode().line),
            ("Features", "\(plan.input) from \(experiment.features.layout.encode().line)"),
            (
                "Feature normalization",
                experiment.features.normalize == .speaker
                    ? "by speaker, over all clips of a speaker in a subset, including test clips (transductive): the metrics assume that many clips of each speaker are available at prediction time"
                    : experiment.features.normalize == .corpus
                        ? "by corpus, over all clips of a corpus in a subset, including test clips (transductive)"
                        : experiment.features.normalize == .coral
                            ? "mean and covariance by corpus (CORAL), over all clips of a corpus in a subset, including test clips without their labels (transductive)"
                            : "not by speaker or corpus"
            ),
            (
                "Augmentation",
                experiment.augmentation.encode() == AugmentationPlan().encode()
                    ? "none" : experiment.augmentation.encode().line
            ),
            (
                "Test-time augmentation",
                experiment.evaluation.tta.isEmpty
                    ? "none"
                    : "logits averaged over the original and augmented copies: "
                        + experiment.evaluation.tta.encode().line
            ),
        ]
            + (plan.layers.hasEstimator
                ? []
                : [
                    ("Parameters", NumberText.count(plan.layers.parameters)),
                    ("Multiply-adds", NumberText.count(plan.layers.multiplyAdds) + " per example"),
                ]) + trainingFacts(experiment) + [("Seed", "\(experiment.seed)")]
    }

    private static func trainingFacts(_ experiment: Experiment) -> [(name: String, value: String)] {
        let hasTargets = !experiment.targets.isEmpty
        let goal = (name: "Targets", value: experiment.targets.encode().line)
        if experiment.model.spec.hasEstimator {
            return (hasTargets ? [goal] : []) + [("Model", experiment.model.encode().line)]
        }
        var facts = [hasTargets ? goal : ("Loss", experiment.loss.encode().line)]
        if let coral = experiment.training.coral {
            facts.append(
                (
                    "Domain alignment",
                    "Deep CORAL between the training clips of different values of \(coral.column), weight \(NumberText.short(coral.weight)); no validation or test clip is used"
                ))
        }
        return facts + [
            ("Optimizer", experiment.optimizer.encode().line),
            ("Schedule", experiment.schedule?.value.encode()["type"]?.text ?? "none"),
            ("Batch size", "\(experiment.training.batchSize)"),
            ("Maximum epochs", "\(experiment.training.epochs)"),
        ]
    }

    static func split(of record: RunRecord, _ experiment: Experiment) -> Split? {
        guard let split = record.split else { return nil }
        func speakers(_ subset: SpeechEmotion.Split.Subset) -> Set<String> {
            Set(record.audit?.speakers(subset) ?? [])
        }
        let own = speakers(experiment.evaluation.subset.splitSubset)
        let known = speakers(.train)
        var shown = Split(
            rule: "by \(experiment.split.encode().line): \(split.name)",
            isSpeakerIndependent: own.isEmpty || known.isEmpty ? nil : own.isDisjoint(with: known),
            measured: experiment.evaluation.subset.rawValue,
            subsets: SpeechEmotion.Split.Subset.allCases.map { subset in
                let count = speakers(subset).count
                return .init(
                    subset.rawValue, examples: split[subset].count, speakers: count > 0 ? count : nil)
            })
        shown.remarks = record.missingFolds.compactMap(\.missingSentence)
        return shown
    }

    static func audit(_ report: AuditReport, measured: String) -> Audit {
        var findings = report.findings.map { finding -> (weight: Audit.Weight, text: String) in
            let more = finding.count - finding.examples.count
            let shown = (finding.examples + (more > 0 ? ["and \(more) more"] : [])).joined(separator: "; ")
            let weight: Audit.Weight =
                switch finding.severity {
                case .leak: .problem
                case .warning: .warning
                case .note: .note
                }
            return (weight, finding.message + (finding.examples.isEmpty ? "" : " (\(shown))"))
        }
        if report.isClean {
            let what =
                report.comparedAudio
                ? "clips, augmented copies, speakers and audio" : "clips and speakers"
            findings.append((.fine, "no leak into the \(measured) set: \(what) were compared"))
        }
        return Audit(findings)
    }

    static func environment(_ json: JSONValue?) -> [(name: String, value: String)] {
        (json?.members ?? []).map { member in
            let value = member.value
            return (
                member.key.replacing("_", with: " "),
                value.text ?? value.elements?.compactMap(\.text).joined(separator: " ") ?? value.line
            )
        }
    }

    /// Impurity importances of trees; for other fitted models permutation importances of feature families, where the data are at
    /// hand.
    private mutating func addImportances(
        _ model: Model, _ experiment: Experiment, _ data: ExperimentData?
    ) throws {
        let names = experiment.features.names
        if let values = try? TreeExplanation(model).impurityImportances {
            if values.count == names.count {
                importances = FeatureImportances(
                    title: "Impurity importances",
                    measure: "fraction of the decrease in impurity, training set",
                    names: names, values: values)
            }
            return
        }
        let subset = experiment.evaluation.subset.splitSubset
        guard let data, names.count == model.input.last,
            FeatureFamilies(names).names.count > 1
        else { return }
        let set = try EvaluationSet(
            data.clips(subset), data.loading, batch: experiment.evaluation.batchSize)
        importances = try ModelPermutation(repeats: 5).importances(
            model, set, experiment, data, families: true, subset: subset)
    }

    mutating func add(_ result: RunResult, _ options: EvaluationOptions, isFitted: Bool = false) {
        metrics = result.test.entries.map { entry in
            let interval = result.intervals.first { $0.metric == entry.name }
            return MetricValue(
                entry.name,
                ConfidenceInterval(
                    estimate: entry.value ?? .nan, low: interval?.low ?? .nan, high: interval?.high ?? .nan,
                    level: interval?.level ?? options.confidenceLevel),
                isProportion: Metric.isProportion(entry.name))
        }
        metricsNote =
            "Evaluated on the \(result.subset.word) set"
            + (isFitted
                ? ". "
                : ", with the weights of " + (result.bestEpoch.map { "epoch \($0)" } ?? "the last epoch")
                    + ". ")
            + result.intervalNote
        findings = result.findings.map(\.message)
        warnings = result.skipped.compactMap(\.warning).map { $0 + "." }
        speakers = result.speakers.map { .init($0.speaker, examples: $0.examples, share: $0.accuracy) }
    }

    mutating func add(
        _ predictions: Predictions, _ options: EvaluationOptions, unit: ClusteredMetric.Unit
    ) throws {
        targets = predictions.parts.map { TargetSection($0) }
        speakerTarget = predictions.classificationTargets.first
        if predictions.task == .sequences {
            targets = [TargetSection(PredictionPart("Label errors", predictions))]
        }
        guard targets.isEmpty else { return }
        let matrix = try predictions.confusion()
        confusion = matrix
        guard predictions.task != .frames else {
            return try addFrames(predictions, matrix, options, unit: unit)
        }
        let decisions = predictions.decisions
        let right = zip(predictions.truths, decisions).map { $0 == $1 }
        classes = try matrix.classes.indices.map { label in
            guard matrix.supports[label] > 0 else {
                return Group(matrix.classes[label], examples: 0, share: .nan)
            }
            // Only speakers with clips of the class tell of its recall.
            let own = predictions.selecting(
                predictions.truths.indices.filter { predictions.truths[$0] == label })
            let range = try own.interval(.recall(ofClass: label), unit, options)
            return Group(
                matrix.classes[label], examples: matrix.supports[label], share: range.estimate,
                low: range.low, high: range.high)
        }
        if classes.contains(where: { $0.low.isFinite }) {
            let percent = IntervalNote.percent(options.confidenceLevel)
            recallNote = "\(percent) confidence intervals over \(unit.rawValue)"
        }
        let sure = zip(predictions.probabilities, decisions).map { $0[$1] }
        calibration = Calibration(confidences: sure, right: right)
        confidences = (
            right: zip(sure, right).filter(\.1).map(\.0), wrong: zip(sure, right).filter { !$0.1 }.map(\.0)
        )
    }

    /// Explains metrics of a set without clips of some classes, and of models without probabilities, whose calibration is not shown.
    ///
    /// - Parameters:
    ///   - set: What was evaluated; nil for clips of another corpus.
    ///   - known: Missing classes that a warning names.
    mutating func addNotes(
        _ predictions: Predictions, in set: String?, known: [String] = [], _ experiments: [Experiment]
    ) {
        var notes = [
            MissingClasses.note(predictions, of: metrics.map(\.name), in: set, except: known)
        ]
        if let note = experiments.lazy.compactMap(\.decisionValueNote).first {
            notes.append(note + " There is no calibration plot.")
            (calibration, confidences) = (nil, nil)
        }
        metricsNote = ([metricsNote] + notes.compactMap(\.self)).filter { !$0.isEmpty }
            .joined(separator: " ")
    }

    private mutating func addFrames(
        _ predictions: Predictions, _ matrix: ConfusionMatrix, _ options: EvaluationOptions,
        unit: ClusteredMetric.Unit
    ) throws {
        classes = try matrix.classes.indices.map { label in
            let range = try predictions.interval(.recall(ofClass: label), unit, options)
            return Group(
                matrix.classes[label], examples: matrix.supports[label], share: range.estimate,
                low: range.low, high: range.high)
        }
        frameScores = ValueTable(
            title: "F1 score of frames by class", columns: ["class", "F1", "low", "high", "frames"],
            rows: try matrix.classes.indices.map { label in
                let range = try predictions.interval(.f1(ofClass: label), unit, options)
                return [
                    .text(matrix.classes[label]), .share(range.estimate), .share(range.low),
                    .share(range.high),
                    .count(matrix.supports[label]),
                ]
            }, note: "Intervals are over \(unit.rawValue).")
    }

    mutating func addExamples(
        _ predictions: Predictions, _ known: [Clip], sound: (Clip) throws -> Waveform, _ predictor: Predictor
    ) throws {
        let clips = Dictionary(known.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let decisions = predictions.decisions
        let order = decisions.indices.sorted {
            let (a, b) = (
                predictions.probabilities[$0][decisions[$0]], predictions.probabilities[$1][decisions[$1]]
            )
            return a > b || a == b && $0 < $1
        }
        func example(_ row: Int) -> Example {
            let clip = clips[predictions.ids[row]]
            let sound = clip.flatMap { try? sound($0) }
            // A model that normalizes by speaker needs all recordings of the speaker.
            let isWhole = predictor.pipeline.normalize == .none
            let features = isWhole ? sound.flatMap { try? predictor.pipeline.features(of: $0) } : nil
            return Example(
                predictions.ids[row], truth: predictions.classes[predictions.truths[row]],
                predicted: predictions.classes[decisions[row]],
                probability: predictions.probabilities[row][decisions[row]], sound: sound,
                attention: features.flatMap { predictor.attention($0) })
        }
        mistakes = order.filter { decisions[$0] != predictions.truths[$0] }.prefix(Self.shownMistakes).map(
            example)
        var seen: Set<Int> = []
        attention = order.filter {
            decisions[$0] == predictions.truths[$0] && seen.insert(decisions[$0]).inserted
        }
        .map(example).filter { $0.attention != nil }
        let groups = [true, false].map { isRight in
            order.filter { (decisions[$0] == predictions.truths[$0]) == isRight }.prefix(Self.shownSaliency)
        }
        for row in groups.joined() {
            guard let clip = clips[predictions.ids[row]], let sound = try? sound(clip) else { continue }
            let shown = example(row)
            if let plot = predictor.saliencyPlot(
                of: sound, label: decisions[row], title: shown.name, note: shown.note)
            {
                saliency.append(plot)
            }
        }
    }

    /// The number of correct and of incorrect examples with saliency maps.
    private static let shownSaliency = 2

    private static let shownMistakes = 8
}

extension RunReport {
    /// Writes the page, and its plots as separate files.
    public func write(to folder: RunFolder) throws {
        for (name, plot) in plots { try folder.write(plot.svg, to: "\(RunFile.plots)/\(name).svg") }
        try folder.write(html, to: RunFile.report)
    }
}
