import Autograd
import Configuration
import Foundation
import SpeechEmotion

/// The result of checking an experiment without reading audio.
public struct ExperimentCheck: Sendable {
    /// The shapes that go through the model, for the classes of the data.
    public let plan: ValidatedExperiment
    /// The clips and their split; nil if the data are not available.
    public let data: ExperimentData?
    /// The data that are missing for a run.
    public let missing: [String]
    /// Remarks on the folds that the data lack, and on the initial weights of the model.
    public let remarks: [String]

    /// Checks an experiment: lists and splits the clips if they are available, and computes the features of a tone.
    /// Throws every error with its location in the config: whatever would end a run, before or after training. Missing
    /// data are not an error.
    public init(_ experiment: Experiment, json: JSONValue) throws(ConfigurationError) {
        var problems: [ConfigurationIssue] = []
        var missing: [String] = []
        func report(_ path: JSONPath, _ error: any Error) {
            if let error = error as? ConfigurationError,
                !error.problems.contains(where: { $0.place == .nowhere })
            {
                problems += error.problems
            } else {
                problems.append(
                    ConfigurationIssue(place: json.place(of: path), path: path, message: "\(error)"))
            }
        }
        var corpus: Corpus?
        do { corpus = try experiment.data.read() } catch {
            if experiment.data.source.value.isPresent {
                report(["data"], error)
            } else {
                missing.append("\(error)")
            }
        }
        var experiment = experiment
        if let corpus, case .first? = experiment.sweep?.folds,
            let splits = try? experiment.split.value.split(corpus), let first = splits.presentFolds.first,
            !splits.presentFolds.contains(experiment.fold)
        {
            // A sweep over all folds runs those that have clips.
            experiment.fold = first
        }
        var units: OutputUnits?
        if let corpus, !experiment.targets.isEmpty {
            do {
                // The number of outputs may depend on the training set, such as on its speakers.
                let split = (try? ExperimentData(experiment, corpus: corpus))?.split
                units = OutputUnits(
                    try TargetSet(
                        experiment, corpus,
                        training: split.map { try corpus.clips(of: .train, in: $0) } ?? corpus.clips
                    ).outputs)
            } catch { report(["targets"], error) }
        }
        var isLabeled = true
        if let corpus, let labels = experiment.frameLabels {
            do { _ = try labels.labeledSegments(of: corpus.clips) } catch {
                report(["frame_labels"], error)
                isLabeled = false
            }
        }
        var plan: ValidatedExperiment?
        do throws(ConfigurationError) {
            plan = try ValidatedExperiment(
                experiment, json: json, classes: corpus?.classes ?? experiment.data.knownClasses,
                units: units)
        } catch { problems += error.problems }
        var data: ExperimentData?
        if let corpus, plan != nil, isLabeled {
            do {
                let found = try ExperimentData(experiment, corpus: corpus)
                try found.checkParts(experiment)
                data = found
            } catch { report(["split"], error) }
        }
        if let data {
            do { try data.checkClips() } catch { report(["data"], error) }
            for case let complaint? in [
                data.scheduleComplaint(experiment), data.costComplaint(experiment),
            ] {
                problems.append(
                    ConfigurationIssue(
                        place: json.place(of: complaint.path), path: complaint.path,
                        message: complaint.message))
            }
        }
        if plan != nil {
            for failure in FeatureProbe(experiment).failures {
                if let error = failure.error as? FileError,
                    !FileManager.default.fileExists(atPath: error.file)
                {
                    missing.append("\(error)")
                } else {
                    problems.append(
                        ConfigurationIssue(
                            place: json.place(of: failure.path), path: failure.path,
                            message: "the features of every recording fail: \(failure.error)"))
                }
            }
        }
        var remarks = data?.splits.compactMap(\.missingSentence) ?? []
        if let initialize = experiment.initialize, let plan {
            do {
                remarks += try experiment.checked(initialize, plan.classes, data?.split)
            } catch {
                ModelSource(initialize.from).isPresent
                    ? report(["initialize"], error) : missing.append("initialize: \(error)")
            }
        }
        guard let plan, problems.isEmpty else { throw ConfigurationError(problems) }
        (self.plan, self.data, self.missing, self.remarks) = (plan, data, missing, remarks)
    }
}
