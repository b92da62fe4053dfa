import Autograd
import Configuration
import Layers
import SpeechEmotion

/// Tests the model of a run that has ended: on its own data, or on other data.
public struct RunEvaluation {
    private let record: RunRecord
    private let predictor: Predictor
    private let cache: FeatureCache?
    private let observer: any RunObserver

    /// Reads the model. Throws where the run has not ended.
    public init(_ record: RunRecord, cache: FeatureCache?, observer: any RunObserver) throws {
        _ = try record.requireEnd()
        self.record = record
        self.cache = cache
        self.observer = observer
        predictor = try Predictor(record.path)
    }

    /// On a part of the run's own data. That the test part was read is noted in the run.
    public func evaluate(_ part: Split.Part) throws -> (Predictions, RunResult) {
        let data = try ExperimentData(record.experiment, cache: cache)
        if let split = record.split, split[part] != data.split[part] {
            throw DataProblem(
                "the \(part.rawValue) part of \(record.path)",
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
            isStrict: data.strict)
        let known = overlap(clips)
        if let sentence = known.sentence { observer.note(sentence) }
        return try evaluate(
            clips, loading, name: corpus.name, part: .test,
            note: known.test > 0 ? "evaluation on other data" : nil)
    }

    /// How many of the clips, told by their names, were in which part of the run.
    private func overlap(_ clips: [Clip]) -> Overlap {
        let ids = Set(clips.map(\.id))
        func count(_ part: Split.Part) -> Int {
            record.split.map { $0[part].count(where: ids.contains) } ?? 0
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
        let options = record.experiment.evaluation
        if let note {
            try TestReads(file: record.file(RunFile.testReads)).note(note, clips: clips.count)
        }
        observer.begin("Features of \(clips.count) clips")
        let set = try EvaluationSet(
            clips, loading, batch: options.batch,
            progress: { [observer] in observer.advance($0, of: $1, note: "features") },
            stop: { [observer] in if observer.isAskedToStop { throw RunStopped(isSaved: false) } })
        for omission in set.omissions { observer.note("left out: \(omission)") }
        let predictions = try Predictions(
            of: predictor.model, for: set, classes: predictor.classes, loss: record.experiment.loss.value)
        let result = try RunResult(
            predictions, speakers: set.clips.map(\.speaker), split: name, part: part, options: options,
            epochs: record.result?.epochs ?? 0, bestEpoch: record.result?.bestEpoch)
        return (predictions, result)
    }
}
