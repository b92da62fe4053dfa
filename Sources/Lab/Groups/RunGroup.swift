import Configuration
import Layers
import Metrics
import Reports
import SpeechEmotion

/// The runs of one variant over seeds and folds as one result: a cross-validation, repeated hold-outs, or a single run.
public struct RunGroup: Sendable {
    /// One run.
    public struct Member: Sendable {
        /// The folder of the run.
        public var path: String
        public var seed: Int
        /// The number of the split, counted from 1.
        public var fold: Int
        /// The metrics of the test set; those that are not finite are left out.
        public var metrics: [String: Double]
        /// The predictions; nil if they cannot be read.
        public var predictions: Predictions?
        /// Whether all test speakers are unseen in training; nil if it is not known.
        public var speakerIndependent: Bool?
        /// The number of test clips divided by the number of training clips.
        public var testToTrain: Double
        /// The number of folds that the split has; nil if it is not known.
        public var splitFolds: Int?
        /// The fingerprint of the clips of the corpus; nil if it is not known.
        public var dataFingerprint: String?
        /// The names of the folds that the data lacked.
        public var missingFolds: [String] = []
        /// The ids of the clips on which the run was evaluated after training; nil if they are not known.
        public var evaluatedClips: [String]?

        /// A run that has ended.
        public init(_ record: RunRecord) throws {
            let result = try record.requireEnd()
            path = record.path
            (seed, fold) = (record.experiment.seed, record.experiment.fold)
            metrics = Dictionary(
                result.test.entries.compactMap { entry in entry.value.map { (entry.name, $0) } },
                uniquingKeysWith: { first, _ in first })
            predictions = record.predictions
            speakerIndependent = result.speakerIndependent
            let split = record.split
            testToTrain =
                Double(split?[result.subset].count ?? 0) / Double(max(split?.train.count ?? 1, 1))
            splitFolds = Self.splitFolds(record)
            (missingFolds, dataFingerprint) = (record.missingFolds.map(\.name), record.dataFingerprint)
            evaluatedClips = split.map { $0[result.subset] }
        }

        /// The run with the results of another evaluation.
        func evaluated(_ predictions: Predictions, _ result: RunResult) -> Member {
            var member = self
            member.predictions = predictions
            member.speakerIndependent = result.speakerIndependent
            member.metrics = Dictionary(
                result.test.entries.compactMap { entry in entry.value.map { (entry.name, $0) } },
                uniquingKeysWith: { first, _ in first })
            return member
        }

        /// Leave-one-speaker-out has as many folds as the audit found speakers.
        private static func splitFolds(_ record: RunRecord) -> Int? {
            let split = record.experiment.split.value
            if let count = split.foldCount { return count }
            guard (split as? LeaveOneOutSplit)?.by == "speaker" else { return nil }
            let speakers = Set(record.audit?.subsets.flatMap(\.speakers) ?? [])
            return speakers.isEmpty ? nil : speakers.count
        }

        /// A run with known metrics and nothing else.
        public init(seed: Int, fold: Int, metrics: [String: Double]) {
            (path, self.seed, self.fold, self.metrics) = ("", seed, fold, metrics)
            (predictions, speakerIndependent, testToTrain) = (nil, nil, 0)
        }
    }

    /// Notes what the models were evaluated on after training: other data of this name, or a subset other than the one of their runs.
    mutating func note(_ data: String?, _ subset: Split.Subset, of experiment: Experiment) {
        if let data {
            evaluatedOn = data
        } else if ![.test, experiment.evaluation.subset.splitSubset].contains(subset) {
            evaluatedOn = "its \(subset == .train ? "training" : "validation") set"
        }
    }

    /// The name in tables.
    public var name: String
    /// What the model of every fold was evaluated on after training, such as another corpus; nil for the test sets of the folds. The
    /// mean of folds then has no confidence interval: the folds may share clips.
    public var evaluatedOn: String?
    /// The runs, ordered by seed, then by fold.
    public let members: [Member]

    /// A group of runs.
    public init(_ name: String, _ members: [Member]) {
        self.name = name
        self.members = members.sorted { ($0.seed, $0.fold) < ($1.seed, $1.fold) }
    }

    /// The distinct seeds in ascending order.
    public var seeds: [Int] { Set(members.map(\.seed)).sorted() }
    /// The distinct folds in ascending order.
    public var folds: [Int] { Set(members.map(\.fold)).sorted() }

    /// Whether all test speakers are unseen in training, in every run; nil if it is not known of one.
    public var speakerIndependent: Bool? {
        let known = members.map(\.speakerIndependent)
        if known.contains(false) { return false }
        return known.allSatisfy { $0 == true } && !known.isEmpty ? true : nil
    }

    /// The test predictions of all folds together for each seed; nil if the predictions of a run are missing or have other classes.
    public var pooled: [Predictions]? {
        guard !members.isEmpty else { return nil }
        var all: [Predictions] = []
        for seed in seeds {
            let parts = members.filter { $0.seed == seed }.compactMap(\.predictions)
            guard parts.count == members.count(where: { $0.seed == seed }),
                let predictions = try? Predictions.pooled(parts)
            else { return nil }
            all.append(predictions)
        }
        return all
    }

    /// Whether all test speakers are known, and none is known to be in a training set.
    private var hasUnseenSpeakers: Bool {
        speakerIndependent != false && !members.isEmpty
            && members.allSatisfy { $0.predictions?.knownSpeakers != nil }
    }

    /// The default units: unseen speakers; else folds if there are at least three; else clips.
    public var unit: IndependentUnit {
        if hasUnseenSpeakers { return .speakers }
        return folds.count >= FoldResults.fewest ? .folds : .clips
    }

    /// The units of pooled predictions. If the units are folds, these are unseen speakers, or clips if there are none.
    func pooledUnit(_ unit: IndependentUnit) -> ClusteredMetric.Unit {
        switch unit {
        case .speakers: .speakers
        case .clips: .clips
        case .folds: hasUnseenSpeakers ? .speakers : .clips
        }
    }

    /// The correction of the interval over folds: none if each clip is tested once, by a model that has not seen its speaker. The interval
    /// then describes the models of the folds (Bayle et al. 2020).
    var testToTrain: Double {
        let ids = members.filter { $0.seed == members.first?.seed }.flatMap { $0.predictions?.ids ?? [] }
        return speakerIndependent == true && Set(ids).count == ids.count ? 0 : meanTestToTrain
    }

    /// The correction of a test over folds, whose training sets overlap: the ratio of test to training clips.
    var meanTestToTrain: Double {
        members.reduce(0) { $0 + $1.testToTrain } / Double(max(members.count, 1))
    }

    /// The results of the folds in a metric, averaged over seeds.
    public func foldResults(_ metric: String) -> [(fold: Int, mean: Double)] {
        folds.compactMap { fold in
            let values = members.filter { $0.fold == fold }.compactMap { $0.metrics[metric] }
            return values.isEmpty ? nil : (fold, values.reduce(0, +) / Double(values.count))
        }
    }

    /// The distinct test clips of each fold; nil for a fold without predictions.
    func testClips(ofFold fold: Int) -> Set<String>? {
        let runs = members.filter { $0.fold == fold }.map(\.predictions)
        guard !runs.isEmpty, !runs.contains(where: { $0 == nil }) else { return nil }
        return Set(runs.flatMap { $0?.ids ?? [] })
    }

    /// Whether test sets share clips: the runs are repeated hold-outs, not a cross-validation.
    var isRepeated: Bool {
        let tested = folds.compactMap { fold in members.first { $0.fold == fold } }.flatMap { member in
            Set(member.evaluatedClips ?? (evaluatedOn == nil ? member.predictions?.ids : nil) ?? [])
        }
        return Set(tested).count < tested.count
    }

    /// The number of folds of the split, as far as it is known.
    private var allFolds: Int { members.compactMap(\.splitFolds).max() ?? folds.count }

    /// The number of folds out of those of the split, such as "4 of 5 folds"; nil if there are all of them.
    var partText: String? {
        folds.count < allFolds ? "\(folds.count) of \(NumberText.count(allFolds, "fold"))" : nil
    }

    /// A warning if the corpus had other clips in some of the runs, such as more speakers; nil if not.
    public var dataWarning: String? {
        guard let first = members.first?.dataFingerprint else { return nil }
        let others = members.filter { ($0.dataFingerprint ?? first) != first }
        guard !others.isEmpty else { return nil }
        func text(_ members: [Member]) -> String {
            NumberText.count(members.count, "run")
                + " (for example, seed \(members[0].seed), fold \(members[0].fold))"
        }
        return
            "\(name): the corpus differs between \(text(members.filter { $0.dataFingerprint == first })) and \(text(others)), so they do not form one cross-validation; rerun all of them with another --name"
    }

    /// The protocol in words: "5-fold speaker-independent cross-validation, 20 test speakers, 1,200 test clips, 3 seeds".
    public var protocolText: String {
        let kind =
            switch evaluatedOn == nil ? speakerIndependent : nil {
            case true?: "speaker-independent "
            case false?: "speaker-dependent "
            case nil: ""
            }
        let all = allFolds
        let (validation, isPart, isRepeated) = ("\(kind)cross-validation", folds.count < all, isRepeated)
        var words = [
            isRepeated
                ? "\(isPart ? "\(folds.count) of \(all)" : "\(folds.count)") repeated hold-outs"
                : isPart
                    ? "\(folds.count) of \(all) folds of a \(validation)"
                    : folds.count > 1 ? "\(all)-fold \(validation)" : "\(kind)hold-out test"
        ]
        if let evaluatedOn {
            let models = NumberText.count(members.count, "model")
            let article = isPart || isRepeated ? "" : "a "
            words = ["\(models) of \(article)\(words[0]), each evaluated on \(evaluatedOn)"]
        } else if isRepeated, !kind.isEmpty {
            words.append(String(kind.dropLast()))
        }
        if let first = pooled?.first {
            let set = evaluatedOn == nil ? "test " : ""
            if let speakers = first.knownSpeakers {
                words.append(NumberText.count(speakers.count, set + "speaker"))
            }
            words.append(NumberText.count(Set(first.ids).count, set + "clip"))
        }
        words.append(NumberText.count(seeds.count, "seed"))
        let missing = members.first?.missingFolds ?? []
        words += missing.filter { name in members.allSatisfy { $0.missingFolds.contains(name) } }.map {
            "without \($0)"
        }
        return words.joined(separator: ", ")
    }
}
