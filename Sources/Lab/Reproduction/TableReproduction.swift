import Autograd
import Configuration
import Foundation
import Metrics
import SpeechEmotion

/// The runs of a row of a results table, in a folder of their own.
public struct TableReproduction: Sendable {
    /// The row.
    public let row: ResultsRow
    /// The runs; a repeated command continues them.
    public let ablation: Ablation
    /// The digest of the row's config with all overrides.
    public let digest: String
    /// Sentences about folds that the data lack.
    public let remarks: [String]
    private let metric: String

    /// Plans the runs of a row. Throws if its config is wrong or its data are missing.
    ///
    /// - Parameters:
    ///   - file: The path of the table.
    ///   - runs: The folder for the runs of the table, in which each row has a folder.
    public init(
        _ row: ResultsRow, of table: ResultsTable, file: String, runs: String,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws {
        self.row = row
        metric = table.metric
        let folder = (file as NSString).deletingLastPathComponent
        let path = row.config.hasPrefix("/") || folder.isEmpty ? row.config : folder + "/" + row.config
        let settings = row.set.entries.map { "\($0.name)=\($0.value.line)" }
        var (experiment, json) = try Experiment.load(path, settings: settings, environment: environment)
        digest = Self.digest(of: json)
        var sweep = SweepOptions()
        (sweep.seeds, sweep.folds, sweep.metric) = (row.seeds, row.folds, table.metric)
        experiment.sweep = sweep
        json["sweep"] = sweep.encode()
        let plan = try ValidatedSweep(experiment, json: json, environment: environment)
        let folds = try plan.folds(checkingData: true)
        remarks = folds.remarks
        ablation = Ablation(
            plan, folds: folds.numbers, folder: "\(runs)/\(row.name)")
    }

    /// The digest of a config, in which the folder of the data is a variable and descriptions do not count.
    private static func digest(of json: JSONValue) -> String {
        var json = json
        for key in ["name", "description", "sweep", "logging"] { json[key] = nil }
        return SHA256.hex(of: json.line)
    }

    /// Whether the table has the results of this row's config, seeds and folds.
    public var isComplete: Bool {
        guard let result = row.result, result.config == digest else { return false }
        return ablation.singles.allSatisfy { single in
            result.runs.contains { $0.seed == single.seed && $0.fold == single.fold }
        }
    }

    /// Reads the results of the finished runs. Throws if a run is not finished.
    public func result() throws -> RowResult {
        let records = try ablation.singles.map { try RunRecord(ablation.run(of: $0)) }
        var result = RowResult()
        result.config = digest
        for record in records { result.runs.append(try RowResult.Run(record)) }
        let split = try SplitFile.read(records[0].file(RunFile.split))
        (result.corpus, result.data) = (split.corpus, split.fingerprint)
        let environment = records.last?.environment
        result.version = environment?["version"]?.text ?? ""
        result.processor = environment?["processor"]?.text ?? ""
        let group = RunGroup(row.name, try records.map { try RunGroup.Member($0) })
        let options = records[0].experiment.evaluation
        (result.evaluation, result.level) = (group.protocolText, options.confidenceLevel)
        result.allFolds = group.members.compactMap(\.splitFolds).max()
        for metric in options.metrics.map(\.name) {
            let isMain = metric == self.metric
            let estimate = GroupEstimate(
                group, metric, unit: group.unit, level: options.confidenceLevel, hasIntervals: isMain)
            result.metrics.append(RowResult.MetricResult(estimate))
            if isMain {
                let table = GroupTable(groups: [group], level: options.confidenceLevel, draws: 1)
                // The table has no interval of the mean of folds.
                var shown = estimate
                shown.folds.method = nil
                result.statistics = table.estimateSentences([shown]).joined(separator: " ")
            }
        }
        return result
    }

    /// Compares a repeated run with the row. Returns the differences, in sentences; none if the row holds.
    public func differences(_ record: RunRecord) throws -> [String] {
        let again = try RowResult.Run(record)
        guard let result = row.result else { return ["the row has no results yet"] }
        var found: [String] = []
        if result.config != digest { found.append("the config has changed since the row was filled") }
        let data = try SplitFile.read(record.file(RunFile.split)).fingerprint
        if data != result.data {
            found.append("the data differ: the fingerprint is \(data), that of the row is \(result.data)")
        }
        guard let run = result.runs.first(where: { $0.seed == again.seed && $0.fold == again.fold }) else {
            return found + ["the row has no run with seed \(again.seed) and fold \(again.fold)"]
        }
        for entry in run.metrics.entries where again.metrics[entry.name] != entry.value {
            let values = [entry.value, again.metrics[entry.name] ?? nil].map {
                $0.map { "\($0)" } ?? "undefined"
            }
            found.append("\(entry.name) is \(values[1]), that of the row is \(values[0])")
        }
        if run.predictions != again.predictions { found.append("the predictions differ") }
        if run.model != again.model { found.append("the model differs") }
        return found
    }
}

extension RowResult.Run {
    /// The results of a finished run.
    init(_ record: RunRecord) throws {
        self.init()
        let result = try record.requireEnd()
        (seed, fold, metrics) = (record.experiment.seed, record.experiment.fold, result.test)
        model = try SHA256.hash(contentsOf: record.file(RunFile.model))
        predictions = try SHA256.hash(contentsOf: record.file(RunFile.predictions))
    }
}

extension RowResult.MetricResult {
    /// A metric of a group of runs.
    init(_ estimate: GroupEstimate) {
        self.init()
        func finite(_ value: Double) -> Double? { value.isFinite ? value : nil }
        metric = estimate.metric
        mean = finite(estimate.folds.estimate)
        (foldDeviation, seedDeviation) = (finite(estimate.foldDeviation), finite(estimate.seedDeviation))
        pooled = finite(estimate.pooled.estimate)
        (low, high) = (finite(estimate.pooled.low), finite(estimate.pooled.high))
        over = low == nil ? "" : estimate.pooledUnit.rawValue
    }
}
