import Autograd
import Configuration
import Foundation
import Metrics
import Reports
import SpeechEmotion
import Synchronization

/// An evaluation of the model of each run of a cross-validation, or of the ensemble that the models of several cross-validations
/// form in each fold, on a subset of their own data or on other data.
public struct GroupEvaluation: Sendable {
    /// The cross-validations; the models of several vote.
    public let sets: [RunSet]
    /// The evaluation of each run, or of each ensemble.
    public let evaluations: [Evaluation]
    /// The runs, or the ensembles, with the results of the evaluation; then, with an adaptation, with those of the adapted models; then
    /// the cross-validations that vote, if the ensembles were evaluated on the same clips in the same way.
    public let groups: [RunGroup]
    /// The runs whose seed and fold identify each evaluation.
    private let leads: [RunRecord]

    /// Evaluates each run, or an ensemble of one run of each cross-validation for each fold. Notes that several runs have in common
    /// are passed on once.
    ///
    /// Throws a `FileError` unless all cross-validations have the same folds, and either the same number of runs per fold or one.
    ///
    /// - Parameters:
    ///   - sets: At least one cross-validation.
    ///   - vote: How the models of several cross-validations vote, with a weight for each.
    ///   - adaptation: The adaptation to each speaker after which each model is also evaluated; nil for none.
    public init(
        _ sets: [RunSet], vote: EnsembleVote = EnsembleVote(), tta: TestTimeAugmentation? = nil,
        adaptation: SpeakerAdaptation? = nil, cache: FeatureCache?, observer: any RunObserver,
        _ evaluate: (RunEvaluation) throws -> Evaluation
    ) throws {
        self.sets = sets
        let (leads, voters) = try Self.voters(sets)
        self.leads = leads
        let observer = DistinctNotes(observer)
        let all = (path: sets.map(\.path).joined(separator: ", "), records: sets.flatMap(\.records))
        evaluations = try voters.map { records in
            try evaluate(
                RunEvaluation(
                    records, of: all, vote: vote, tta: tta, adaptation: adaptation, cache: cache,
                    observer: observer))
        }
        var groups = [
            RunGroup(
                Self.name(sets),
                try zip(leads, evaluations).map { try Self.member($0, $1.predictions, $1.result) })
        ]
        if let adaptation {
            groups.append(
                RunGroup(
                    "adapted (\(adaptation.rawValue))",
                    try zip(leads, evaluations.compactMap(\.adapted)).map {
                        try Self.member($0, $1.predictions, $1.result)
                    }))
        }
        let first = evaluations[0]
        for index in groups.indices {
            groups[index].note(
                first.data == nil ? nil : first.name, first.result.subset, of: leads[0].experiment)
        }
        let isOwn = sets.flatMap(\.records).allSatisfy { $0.result?.subset == first.result.subset }
        if sets.count > 1, first.data == nil, isOwn, tta == nil { groups += try sets.map { try $0.group() } }
        self.groups = groups
    }

    /// The runs that vote together, one of each set, with the one whose seed and fold identify them: for each fold, the runs in the
    /// order of their seeds. The only run of a fold votes with every seed of the others.
    private static func voters(
        _ sets: [RunSet]
    ) throws -> (leads: [RunRecord], voters: [[RunRecord]]) {
        func runs(_ set: RunSet) -> [Int: [RunRecord]] {
            Dictionary(grouping: set.records, by: \.experiment.fold).mapValues { runs in
                runs.sorted { $0.experiment.seed < $1.experiment.seed }
            }
        }
        var lead = sets[0]
        for set in sets where set.records.count > lead.records.count { lead = set }
        let (all, leads) = (sets.map(runs), runs(lead))
        for (set, own) in zip(sets, all) {
            func numbers(_ folds: some Sequence<Int>) -> String {
                folds.sorted().map(String.init).joined(separator: ", ")
            }
            guard Set(own.keys) == Set(leads.keys) else {
                throw FileError(
                    file: set.path, place: "the folds", found: numbers(own.keys),
                    allowed: "\(numbers(leads.keys)), as in \(lead.path): models of the same folds vote")
            }
            for (fold, runs) in leads.sorted(by: { $0.key < $1.key }) {
                guard let count = own[fold]?.count, count != 1, count != runs.count else { continue }
                throw FileError(
                    file: set.path, place: "fold \(fold)", found: NumberText.count(count, "run"),
                    allowed: "one run, or \(runs.count) as in \(lead.path), one per seed")
            }
        }
        let voters = lead.records.map { record in
            let fold = record.experiment.fold
            let seed = leads[fold]?.firstIndex { $0.path == record.path } ?? 0
            return all.compactMap { own in own[fold].map { $0.count == 1 ? $0[0] : $0[seed] } }
        }
        return (lead.records, voters)
    }

    private static func name(_ sets: [RunSet]) -> String { sets.map(\.name).joined(separator: " + ") }

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
    /// The names of the cross-validations.
    var title: String { Self.name(sets) }

    private var options: EvaluationOptions { sets[0].experiment.measured }
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

    /// The ensembles and each cross-validation that votes in the first metric, with paired tests against the ensembles; nil for a single
    /// cross-validation.
    public var comparison: ResultTable? {
        guard sets.count > 1, let metric = options.metrics.first?.name else { return nil }
        return GroupTable(groups: groups, level: options.confidenceLevel, draws: options.resamples)
            .table(metric, title: metric)
    }

    /// The overview as JSON, with the tables by fold and by speaker under `folds` and `speakers`.
    public var tables: JSONValue { overviews.json(with: overview.json) }

    /// What was evaluated, for the report.
    var facts: [(name: String, value: String)] {
        let first = evaluations[0]
        var facts = [
            ("Models", sets.map(\.path).joined(separator: ", ")),
            ("Data", (first.data ?? sets[0].experiment.data).source.encode().line),
        ]
        if sets.count > 1 { facts.append(("Ensemble", "one for each fold, which \(first.vote.summary)")) }
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
                in: RunSet.ablationFolder(sets[0].path) ?? sets[0].path,
                name: [sets[0].fileName, sets.count > 1 ? "ensemble" : nil, name].compactMap { $0 }
                    .joined(separator: "-"))
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

    /// The predictions of all runs or ensembles, each row with its seed and fold.
    private func csv(_ predictions: [Predictions]) -> String {
        var lines: [String] = []
        for (record, predictions) in zip(leads, predictions) {
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
            "runs": sets.flatMap(\.records).map(\.path).encode(), "data": first.data?.encode() ?? .null,
            "name": name.encode(),
            "subset": first.data == nil ? first.result.subset.rawValue.encode() : .null,
            "labels": first.labels.labels.encode(), "left_out": omissions.encode(),
            "truncation": truncations.encode(), "tta": first.tta.copies.encode(),
            "voting": sets.count > 1 ? first.vote.rule.encode() : .null,
            "weights": first.vote.weights?.encode() ?? .null,
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
