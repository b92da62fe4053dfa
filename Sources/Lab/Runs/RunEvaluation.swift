import Autograd
import Configuration
import Layers
import SpeechEmotion

/// Tests the model of a run that has ended, or the mean of several: on their own data, or on other data.
public struct RunEvaluation {
    private let records: [RunRecord]
    private let predictor: Predictor
    private let cache: FeatureCache?
    private let observer: any RunObserver

    /// Reads the models of at least one run. Throws where a run has not ended, or where one has other features, classes or
    /// views than the first.
    ///
    /// - Parameter views: In place of the views that the model was tested with.
    public init(
        _ records: [RunRecord], views: SoundViews? = nil, cache: FeatureCache?, observer: any RunObserver
    ) throws {
        require(!records.isEmpty, "RunEvaluation: no run")
        for record in records { _ = try record.requireEnd() }
        self.records = records
        self.cache = cache
        self.observer = observer
        predictor =
            try records.count == 1
            ? Predictor(records[0].path, views: views)
            : Predictor(combining: records.map(\.path), views: views)
    }

    /// What data, metrics and loss are taken from.
    private var first: RunRecord { records[0] }

    /// On a part of the runs' own data, which has to be the same in all. That the test part was read is noted in the runs.
    ///
    /// - Parameter part: nil for the part that the first run measured.
    public func evaluate(_ part: Split.Part? = nil) throws -> (Predictions, RunResult) {
        let part = part ?? first.experiment.evaluation.part.ofSplit
        let data = try ExperimentData(first.experiment, cache: cache)
        for record in records.dropFirst() {
            if let split = record.split, let own = first.split, split[part] != own[part] {
                throw DataProblem(
                    "the \(part.rawValue) part of \(record.path)",
                    found: "other clips than that of \(first.path)",
                    allowed: "runs of one split and fold, or other data with --data")
            }
        }
        if let split = first.split, split[part] != data.split[part] {
            throw DataProblem(
                "the \(part.rawValue) part of \(first.path)",
                found: "other clips than the run had: the data have changed",
                allowed: "the data of the run; --data tests on others")
        }
        return try evaluate(
            data.clips(part), data.loading, name: data.split.name, part: part,
            note: part == .test ? "evaluation" : nil)
    }

    /// On all clips of other data whose class the model knows.
    public func evaluate(_ data: DataOptions) throws -> (Predictions, RunResult) {
        let corpus = try data.read()
        let clips = corpus.clips.filter { predictor.classes.contains($0.label) }
        let strangers = corpus.classes.filter { !predictor.classes.contains($0) }
        if !strangers.isEmpty {
            observer.note(
                "left out: \(corpus.clips.count - clips.count) clips of classes that the model does not know: \(strangers.joined(separator: ", "))"
            )
        }
        guard !clips.isEmpty else {
            throw DataProblem(
                corpus.name, found: "no clip of the model's classes",
                allowed: predictor.classes.joined(separator: ", ")
                    + "; \"labels\" in the data renames classes")
        }
        let loading = FeatureLoading(
            source: try PipelineSource(predictor.pipeline, cache: cache), classes: predictor.classes,
            isStrict: data.strict, normalizing: predictor.pipeline.normalize)
        let known = overlap(clips)
        if let sentence = known.sentence { observer.note(sentence) }
        return try evaluate(
            clips, loading, name: corpus.name, part: .test,
            note: known.test > 0 ? "evaluation on other data" : nil)
    }

    /// How many of the clips, told by their names, were in which part of any of the runs.
    private func overlap(_ clips: [Clip]) -> Overlap {
        func count(_ part: Split.Part) -> Int {
            let known = Set(records.compactMap { $0.split?[part] }.joined())
            return clips.count { known.contains($0.id) }
        }
        return Overlap(
            all: clips.count, train: count(.train), validation: count(.validation), test: count(.test))
    }

    /// What a run knew of clips before it was evaluated on them.
    private struct Overlap {
        var all, train, validation, test: Int

        /// A warning; nil where the run trained on none of them.
        var sentence: String? {
            guard train + validation > 0 else { return nil }
            return
                "careful: of these \(all) clips the run trained on \(train) and validated on \(validation), told by their names; "
                + "the figures do not tell what it does with others"
        }
    }

    private func evaluate(
        _ clips: [Clip], _ loading: FeatureLoading, name: String, part: Split.Part, note: String?
    ) throws -> (Predictions, RunResult) {
        let options = first.experiment.evaluation
        if let note {
            for record in records {
                try TestReads(file: record.file(RunFile.testReads)).note(note, clips: clips.count)
            }
        }
        observer.begin("Features of \(clips.count) clips")
        let set = try EvaluationSet(
            clips, loading, batch: options.batch, views: predictor.views,
            progress: { [observer] in observer.advance($0, of: $1, note: "features") },
            stop: { [observer] in if observer.isAskedToStop { throw RunStopped(isSaved: false) } })
        for omission in set.omissions { observer.note("left out: \(omission)") }
        let predictions = try Predictions(
            of: predictor.model, for: set, classes: predictor.classes, loss: first.experiment.loss.value)
        var result = try RunResult(
            predictions, speakers: set.clips.map(\.speaker), split: name, part: part, options: options,
            epochs: records.count == 1 ? first.result?.epochs ?? 0 : 0,
            bestEpoch: records.count == 1 ? first.result?.bestEpoch : nil)
        let summary = TruncationSummary(
            set.truncations.compactMap { $0 }, options: predictor.pipeline.truncatingOptions)
        observer.remark(summary.sentence(name))
        result.truncation = [RunResult.Truncated(part, summary)]
        return (predictions, result)
    }
}
