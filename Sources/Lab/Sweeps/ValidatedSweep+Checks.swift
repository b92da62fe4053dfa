import Autograd
import Configuration
import SpeechEmotion

extension ValidatedSweep {
    /// Throws if models do not match the classes of their data or if folds do not exist. Lists the clips if the data are
    /// available; reads no audio.
    ///
    /// Returns the folds of each member; nil without the data.
    @discardableResult
    public func check() throws -> SweepFolds? {
        if members.allSatisfy(\.experiment.data.source.value.isPresent) {
            return try folds(checkingData: true)
        }
        let problems = members.compactMap { member -> ConfigurationIssue? in
            guard let classes = member.experiment.data.knownClasses else { return nil }
            let experiment = member.experiment
            guard let units = experiment.knownUnits(experiment.outputs(of: classes)),
                let spec = try? experiment.model.spec(units),
                let output = try? spec.checkedPlan(experiment.features.outputShape()).output,
                let message = ValidatedExperiment.mismatch(output, units, labelsSteps: experiment.labelsSteps)
            else { return nil }
            return Self.problem(of: member, "model", message)
        }
        guard problems.isEmpty else { throw ConfigurationError(problems) }
        return nil
    }

    private static func problem(of member: Member, _ key: String, _ message: String) -> ConfigurationIssue {
        ConfigurationIssue(
            place: .nowhere, path: JSONPath([.key(key)]),
            message: "in the member \"\(member.name)\": \(message)")
    }

    /// Returns the folds of each member. "all" folds are those that have clips.
    ///
    /// - Parameter checkingData: Whether to read the corpus and check that the folds exist and that each model has one output
    ///   per class. With "all" folds it is read in any case. Throws all problems at once.
    public func folds(checkingData: Bool) throws -> SweepFolds {
        var corpora: [String: Corpus] = [:]
        var known: [String: [Split]] = [:]
        var remarks: [String] = []
        var problems: [ConfigurationIssue] = []
        let folds = try members.map { member -> [Int] in
            let experiment = member.experiment
            let wanted: [Int]? =
                switch options.folds {
                case nil: [experiment.fold]
                case .first: nil
                case .second(let list): list
                }
            if !checkingData, let wanted { return wanted }
            func report(_ key: String, _ message: String) {
                problems.append(Self.problem(of: member, key, message))
            }
            do {
                let data = experiment.data.encode().line
                let corpus = try corpora[data] ?? experiment.data.read()
                corpora[data] = corpus
                let key = data + experiment.split.encode().line
                let splits = try known[key] ?? experiment.split.value.split(corpus)
                known[key] = splits
                let (count, present) = (splits.count, splits.presentFolds)
                for fold in wanted ?? [] where !present.contains(fold) {
                    report(
                        "fold",
                        splits.indices.contains(fold - 1)
                            ? "expected \(present.map(String.init).joined(separator: ", ")), found \(fold), which has no clips: \(splits[fold - 1].name)"
                            : "expected 1 to \(count), found \(fold): the split has \(count) folds")
                }
                for sentence in splits.compactMap(\.missingSentence) where !remarks.contains(sentence) {
                    remarks.append(sentence)
                }
                do {
                    if let message = try Self.modelMismatch(of: experiment, corpus) {
                        report("model", message)
                    }
                } catch let error as InputError { report("model", "\(error)") }
                return wanted ?? present
            } catch let error as InputError {
                report("data", "\(error)")
                return []
            }
        }
        guard problems.isEmpty else { throw ConfigurationError(problems) }
        return SweepFolds(
            numbers: folds, isComplete: !known.values.joined().contains(where: \.isMissing), remarks: remarks)
    }

    /// What is wrong with the outputs of a member's model, if the number of outputs is known.
    private static func modelMismatch(of experiment: Experiment, _ corpus: Corpus) throws -> String? {
        guard let units = experiment.knownUnits(experiment.outputs(of: corpus.classes)) else { return nil }
        let output = try experiment.model.spec(units).checkedPlan(experiment.features.outputShape()).output
        return ValidatedExperiment.mismatch(output, units, labelsSteps: experiment.labelsSteps)
    }
}
