import Autograd
import Configuration
import SpeechEmotion

extension ValidatedSweep {
    /// Throws if models do not match the classes of their data or if folds do not exist. Lists the clips if the data are
    /// available; reads no audio.
    public func check() throws {
        if members.allSatisfy(\.experiment.data.source.value.isPresent) {
            _ = try folds(checkingData: true)
            return
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
    }

    private static func problem(of member: Member, _ key: String, _ message: String) -> ConfigurationIssue {
        ConfigurationIssue(
            place: .nowhere, path: JSONPath([.key(key)]),
            message: "in the member \"\(member.name)\": \(message)")
    }

    /// Returns the folds of each member.
    ///
    /// - Parameter checkingData: Whether to read the corpus and check that the folds exist and that each model has one output
    ///   per class. With "all" folds it is read in any case. Throws all problems at once.
    public func folds(checkingData: Bool) throws -> [[Int]] {
        var corpora: [String: Corpus] = [:]
        var counts: [String: Int] = [:]
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
                let count = try counts[key] ?? experiment.split.value.split(corpus).count
                counts[key] = count
                for fold in wanted ?? [] where fold > count {
                    report("fold", "expected 1 to \(count), found \(fold): the split has \(count) folds")
                }
                if let units = experiment.knownUnits(experiment.outputs(of: corpus.classes)) {
                    let spec = try experiment.model.spec(units)
                    let output = try spec.checkedPlan(experiment.features.outputShape()).output
                    if let message = ValidatedExperiment.mismatch(
                        output, units, labelsSteps: experiment.labelsSteps)
                    {
                        report("model", message)
                    }
                }
                return wanted ?? Array(1...max(1, count))
            } catch let error as InputError {
                report("data", "\(error)")
                return []
            }
        }
        guard problems.isEmpty else { throw ConfigurationError(problems) }
        return folds
    }
}
