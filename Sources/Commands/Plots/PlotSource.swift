import Autograd
import Foundation
import Lab
import Reports
import SpeechEmotion

/// What `Train plot` draws from: a run or an experiment, with the options of the command.
struct PlotSource {
    let kind: PlotKind
    let target: String
    let arguments: Arguments
    /// The experiment; that of a run with the values of its search.
    let experiment: Experiment
    /// The run; nil for an experiment.
    let record: RunRecord?
    let cache: FeatureCache?
    let observer: TerminalProgress

    init(_ kind: PlotKind, _ target: String, _ arguments: Arguments, _ observer: TerminalProgress) throws {
        (self.kind, self.target, self.arguments, self.observer) = (kind, target, arguments, observer)
        cache = try arguments.featureCache()
        if FeatureInput.isRun(target) {
            guard !arguments.has(Common.set.name) else {
                throw UsageError("--set applies to an experiment; the config of the run \(target) is fixed")
            }
            let record = try RunRecord(target)
            (self.record, experiment) = (record, record.trainedExperiment)
        } else if let folder = RunSet.ablationFolder(target) {
            throw UsageError(
                "\(target) is a cross-validation or an ablation; pass one of its runs in \(folder)/runs, or use Train report to plot all of them"
            )
        } else {
            guard !arguments.has(PlotOption.subset.name) else {
                throw UsageError(
                    "--subset requires a run folder; for an experiment, the training set is plotted")
            }
            (record, experiment) = (nil, try arguments.experiment(target))
        }
    }

    var seed: UInt64 { UInt64(arguments[PlotOption.seed] ?? 0) }

    /// The run, which must have ended.
    func finishedRun() throws -> RunRecord {
        guard let record else {
            throw UsageError("plot \(kind.name) requires a run folder, found the experiment \(target)")
        }
        _ = try record.requireEnd()
        return record
    }

    /// The subset that `--subset` names, or that the run was evaluated on.
    var subset: Split.Subset {
        arguments[PlotOption.subset].flatMap { Split.Subset(rawValue: $0) }
            ?? experiment.evaluation.subset.splitSubset
    }

    /// Throws a `UsageError` for options that a choice leaves without effect.
    func refuse(_ options: [any OptionDeclaration], with choice: String) throws {
        for option in options where arguments.has(option.name) {
            throw UsageError("--\(option.name) has no effect on plot \(kind.name) with \(choice)")
        }
    }

    func data() throws -> ExperimentData { try ExperimentData(experiment, cache: cache) }

    /// The features of a subset as rows. A read of a run's test set is logged.
    func rows(_ subset: Split.Subset, embedding: LayerEmbedding? = nil) throws -> FeatureRows {
        let data = try readableData(subset)
        observer.begin("Features of the \(subset.word) set")
        return try FeatureRows(
            experiment, data: data, subset: subset, embedding: embedding, progress: progress("features"),
            stop: stop)
    }

    /// The features of a subset as the model takes them. A read of a run's test set is logged.
    func evaluationSet(_ subset: Split.Subset) throws -> EvaluationSet {
        let data = try readableData(subset)
        observer.begin("Features of the \(subset.word) set")
        return try EvaluationSet(
            data.clips(subset), data.loading, batch: experiment.evaluation.batchSize,
            progress: progress("features"), stop: stop)
    }

    func progress(_ note: String) -> SpeechEmotion.Progress {
        { [observer] in observer.advance($0, of: $1, note: note) }
    }

    var stop: @Sendable () throws -> Void {
        { [observer] in if observer.shouldStop { throw RunStopped(isSaved: false) } }
    }

    private func readableData(_ subset: Split.Subset) throws -> ExperimentData {
        let data = try data()
        guard let record else { return data }
        if let split = record.split, split[subset] != data.split[subset] {
            throw InputError(
                "the \(subset.word) set of \(record.path)",
                found: "clips that differ from those of the run: the data have changed",
                allowed: "the data of the run")
        }
        if subset == .test { try record.noteTestRead("plot \(kind.name)") }
        return data
    }

    /// `mfcc 0 mean` for `mfcc_0_mean`.
    static func readable(_ name: String) -> String { name.replacing("_", with: " ") }

    /// The columns that `--features` names, or those with the largest F values.
    func columns(_ rows: FeatureRows, most: Int = 12) throws -> [Int] {
        guard let names = arguments[PlotOption.features]?.split(separator: ",").map(String.init) else {
            return try rows.best(min(arguments[PlotOption.top] ?? most, rows.names.count))
        }
        try refuse([PlotOption.top], with: "--features")
        return try names.map { name in
            guard let column = rows.names.firstIndex(of: name) else {
                throw UsageError("--features: unknown feature \"\(name)\"", of: name, among: rows.names)
            }
            return column
        }
    }

    /// The chosen features of the training set.
    func featureTable() throws -> Reports.FeatureTable {
        let rows = try rows(.train)
        let columns = try columns(rows)
        return FeatureTable(
            names: columns.map { Self.readable(rows.names[$0]) }, values: rows.columns(columns),
            classes: rows.classes, labels: rows.labels)
    }
}
