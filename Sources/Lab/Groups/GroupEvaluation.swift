import Autograd
import Configuration
import Foundation
import Metrics
import Reports
import SpeechEmotion
import Synchronization

/// An evaluation of the model of each run of a cross-validation, on a subset of its own data or on other data.
public struct GroupEvaluation: Sendable {
    /// The cross-validation.
    public let runs: RunSet
    /// The evaluation of each run.
    public let evaluations: [Evaluation]
    /// The runs with the results of the evaluation; then, with an adaptation, with those of the adapted models.
    public let groups: [RunGroup]

    /// Evaluates each run. Notes that several runs have in common are passed on once.
    ///
    /// - Parameter adaptation: The adaptation to each speaker after which each model is also evaluated; nil for none.
    public init(
        _ runs: RunSet, tta: TestTimeAugmentation? = nil, adaptation: SpeakerAdaptation? = nil,
        cache: FeatureCache?, observer: any RunObserver,
        _ evaluate: (RunEvaluation) throws -> Evaluation
    ) throws {
        self.runs = runs
        let observer = DistinctNotes(observer)
        evaluations = try runs.records.map { record in
            try evaluate(
                RunEvaluation(
                    [record], of: (runs.path, runs.records), tta: tta, adaptation: adaptation, cache: cache,
                    observer: observer))
        }
        var groups = [
            RunGroup(
                runs.name,
                try zip(runs.records, evaluations).map {
                    try Self.member($0, $1.predictions, $1.result)
                })
        ]
        if let adaptation {
            groups.append(
                RunGroup(
                    "adapted (\(adaptation.rawValue))",
                    try zip(runs.records, evaluations.compactMap(\.adapted)).map {
                        try Self.member($0, $1.predictions, $1.result)
                    }))
        }
        let first = evaluations[0]
        for index in groups.indices {
            groups[index].note(first.data == nil ? nil : first.name, first.result.subset, of: runs.experiment)
        }
        self.groups = groups
    }

    private static func member(
        _ record: RunRecord, _ predictions: Predictions, _ result: RunResult
    ) throws -> RunGroup.Member {
        var member = try RunGroup.Member(record)
        member = member.evaluated(predictions, result)
        if let split = record.split {
            member.testToTrain = Double(split[result.subset].count) / Double(max(split.train.count, 1))
        }
        return member
    }

    /// The name of the data: a subset of the runs' own data, or other data.
    public var name: String { evaluations[0].name }

    private var options: EvaluationOptions { runs.experiment.measured }
    private var overviews: GroupOverviews {
        GroupOverviews(groups, metrics: options.metrics.map(\.name) + ["loss"])
    }
    /// Every metric: pooled and as the mean of folds.
    public var overview: ValueTable {
        overviews.allMetrics(level: options.confidenceLevel, draws: options.resamples)
    }
    /// The metrics of each fold.
    public var folds: ValueTable { overviews.byFold }
    /// Accuracy and UAR of each speaker.
    public var speakers: ValueTable { overviews.bySpeaker }

    /// The overview as JSON, with the tables by fold and by speaker under `folds` and `speakers`.
    public var tables: JSONValue { overviews.json(with: overview.json) }

    /// What was evaluated, for the report.
    var facts: [(name: String, value: String)] {
        let first = evaluations[0]
        var facts = [
            ("Models", runs.path), ("Data", (first.data ?? runs.experiment.data).source.encode().line),
        ]
        if first.data == nil { facts.append(("Subset", first.name)) }
        if !first.labels.labels.entries.isEmpty {
            facts.append(("Labels", first.labels.labels.encode().line))
        }
        if !omissions.isEmpty { facts.append(("Excluded", omissions.joined(separator: "; "))) }
        facts.append(("Truncation", truncations.joined(separator: "; ")))
        if !first.tta.copies.isEmpty {
            facts.append(("Test-time augmentation", first.tta.copies.encode().line))
        }
        if let adapted = first.adapted { facts.append(("Adaptation", adapted.method.note)) }
        return facts
    }

    /// How many clips the models' features truncate, in sentences.
    public var truncations: [String] {
        evaluations.reduce(into: []) { sentences, evaluation in
            for part in evaluation.result.truncation {
                let sentence = part.summary.sentence(evaluation.name)
                if !sentences.contains(sentence) { sentences.append(sentence) }
            }
        }
    }

    private var omissions: [String] {
        evaluations.flatMap(\.omissions).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// Writes the report, the predictions and the tables into a folder, and returns its path.
    ///
    /// - Parameter folder: A new or empty folder; `evaluations/NAME` in the folder of the cross-validation if nil, with a number if
    ///   that name is taken.
    public func write(to folder: String? = nil) throws -> String {
        let place =
            try folder
            ?? Evaluation.newFolder(
                in: RunSet.ablationFolder(runs.path) ?? runs.path,
                name: [runs.fileName, name].compactMap { $0 }.joined(separator: "-"))
        try Evaluation.fill(place) { save in
            try save(csv(evaluations.map(\.predictions)), RunFile.predictions)
            let adapted = evaluations.compactMap(\.adapted?.predictions)
            if !adapted.isEmpty { try save(csv(adapted), "adapted-\(RunFile.predictions)") }
            try save(overview.csv, "table.csv")
            try save(tables.pretty() + "\n", "table.json")
            try save(folds.csv, "folds.csv")
            if !speakers.rows.isEmpty { try save(speakers.csv, "speakers.csv") }
            try save(json.pretty() + "\n", Evaluation.description)
            _ = try GroupReport(self, folder: place).write()
        }
        return place
    }

    /// The predictions of all runs, each row with its seed and fold.
    private func csv(_ predictions: [Predictions]) -> String {
        var lines: [String] = []
        for (record, predictions) in zip(runs.records, predictions) {
            let own = predictions.csvLines
            if lines.isEmpty { lines.append("seed,fold," + own[0]) }
            let (seed, fold) = (record.experiment.seed, record.experiment.fold)
            lines += own.dropFirst().map { "\(seed),\(fold),\($0)" }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private var json: JSONValue {
        let first = evaluations[0]
        return [
            "runs": runs.records.map(\.path).encode(), "data": first.data?.encode() ?? .null,
            "name": name.encode(),
            "subset": first.data == nil ? first.result.subset.rawValue.encode() : .null,
            "labels": first.labels.labels.encode(), "left_out": omissions.encode(),
            "truncation": truncations.encode(), "tta": first.tta.copies.encode(),
            "adapt": (first.adapted?.method.rawValue).encode(),
            "clips": Set(evaluations.flatMap(\.predictions.ids)).count.encode(),
        ]
    }
}

/// Passes each note on once.
private final class DistinctNotes: RunObserver {
    private let observer: any RunObserver
    private let seen = Mutex<Set<String>>([])

    init(_ observer: any RunObserver) { self.observer = observer }

    private func isNew(_ text: String) -> Bool { seen.withLock { $0.insert(text).inserted } }
    func begin(_ work: String) { observer.begin(work) }
    func advance(_ done: Int, of total: Int, note: String) { observer.advance(done, of: total, note: note) }
    func note(_ text: String) { if isNew(text) { observer.note(text) } }
    func remark(_ text: String) { if isNew(text) { observer.remark(text) } }
    var shouldStop: Bool { observer.shouldStop }
}
