import Configuration
import SpeechEmotion

extension SweepPlan {
    /// The folds of each member.
    ///
    /// - Parameter checkingData: Whether the corpus is read, to see that there are these folds and that the models have an output for
    ///   each class; for "all" folds it is read in any case. Throws all members that do not fit.
    public func folds(checkingData: Bool) throws -> [[Int]] {
        var corpora: [String: Corpus] = [:]
        var counts: [String: Int] = [:]
        var problems: [Problem] = []
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
                let message = "in the member \"\(member.name)\": \(message)"
                problems.append(Problem(place: .nowhere, path: JSONPath([.key(key)]), message: message))
            }
            do {
                let data = experiment.data.encode().line
                let corpus = try corpora[data] ?? experiment.data.read()
                corpora[data] = corpus
                let key = data + experiment.split.encode().line
                let count = try counts[key] ?? experiment.split.value.split(corpus).count
                counts[key] = count
                for fold in wanted ?? [] where fold > count {
                    report("fold", "expected 1 to \(count), found \(fold): the split has so many folds")
                }
                let output = try ExperimentPlan(experiment, json: experiment.encode()).layers.output
                if output != [corpus.classes.count] {
                    report(
                        "model",
                        "gives \(output), expected [\(corpus.classes.count)]: a number for each of the classes "
                            + corpus.classes.joined(separator: ", "))
                }
                return wanted ?? Array(1...max(1, count))
            } catch let error as DataProblem {
                report("data", "\(error)")
                return []
            }
        }
        guard problems.isEmpty else { throw ConfigurationError(problems) }
        return folds
    }
}
