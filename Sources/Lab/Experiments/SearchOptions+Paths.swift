import Autograd
import Configuration
import SpeechEmotion

extension SearchOptions {
    /// Returns the problems of the search of an experiment: paths that do not exist, or values that the experiment cannot have.
    func problems(_ experiment: Experiment, json: JSONValue) -> [ConfigurationIssue] {
        var problems: [ConfigurationIssue] = []
        func report(_ path: JSONPath, _ message: String) {
            problems.append(ConfigurationIssue(place: json.place(of: path), path: path, message: message))
        }
        let here: JSONPath = ["search"]
        let metrics = ["loss"] + experiment.metrics.map(\.name)
        if !metrics.contains(metric) {
            report(
                here.appending(.key("metric")),
                "expected one of \(metrics.joined(separator: ", ")), found \"\(metric)\"; add the metric to evaluation.metrics"
            )
        }
        if folds == nil, !experiment.split.value.hasValidation {
            report(
                here.appending(.key("folds")),
                "null scores trials on the validation set, but the split has none; use a number of folds")
        }
        let resolved = experiment.encode()
        for entry in parameters.entries {
            let own = here.appending(.key("parameters")).appending(.key(entry.name))
            do throws(ConfigurationError) {
                let place = json.place(of: own)
                let path = try resolved.existing(JSONPath(parsing: entry.name, place: place), place: place)
                guard case .key(let first)? = path.steps.first, Self.searchable.contains(first) else {
                    report(own, "cannot be searched; use paths in \(Self.searchable.joined(separator: ", "))")
                    continue
                }
                // Leaked copies are clips of their own, with features of their own.
                if experiment.augmentation.leaksCopies, ["features", "augmentation"].contains(first) {
                    report(
                        own,
                        "cannot be searched with \"leak_copies_into_test\" or \"leak_copies_into_validation\", which make the copies part of the data"
                    )
                    continue
                }
                for value in Self.examples(entry.value) {
                    let change = SweepChange(path: path, value: value, place: place)
                    let changed = try resolved.replacing([change])
                    let trial = try Experiment.decode(changed).withoutSearch
                    _ = try ValidatedExperiment(trial, json: changed)
                    if trial.augmentation.leaksCopies != experiment.augmentation.leaksCopies {
                        report(own, "cannot be searched, because it changes the data")
                        break
                    }
                }
            } catch { problems += error.problems }
        }
        return problems
    }

    /// The sections that trials may change. The data stay the same, so that trials are compared on the same clips.
    private static let searchable = [
        "features", "augmentation", "model", "loss", "optimizer", "schedule", "training",
    ]

    /// Values to check: all of a list, the bounds of a distribution.
    private static func examples(_ parameter: SearchParameter) -> [JSONValue] {
        switch parameter {
        case .first(let list): list
        case .second(let range):
            switch range.value {
            case let choice as ChoiceRange: choice.values
            case let uniform as UniformRange:
                [JSONValue(.number(uniform.low)), JSONValue(.number(uniform.high))]
            case let range as LogUniformRange:
                [JSONValue(.number(range.low)), JSONValue(.number(range.high))]
            case let integers as IntegerRange:
                [JSONValue(.integer(integers.low)), JSONValue(.integer(integers.high))]
            default: [range.value.draw(RandomGenerator(seed: 0))]
            }
        }
    }
}

extension Experiment {
    /// The experiment without its search and sweep.
    public var withoutSearch: Experiment {
        var plain = self
        (plain.search, plain.sweep) = (nil, nil)
        return plain
    }

    /// The experiment with the values of a trial in place of its own.
    func applying(_ values: [JSONValue], of search: SearchOptions) throws(ConfigurationError) -> Experiment {
        try applying(Named(zip(search.parameters.entries, values).map { .init($0.name, $1) }))
    }

    /// The experiment with values by path in place of its own, and without its search; unchanged if there are none.
    func applying(_ values: Named<JSONValue>) throws(ConfigurationError) -> Experiment {
        guard !values.entries.isEmpty else { return self }
        let resolved = withoutSearch.encode()
        var changes: [SweepChange] = []
        for entry in values.entries {
            let path = try resolved.existing(JSONPath(parsing: entry.name), place: .nowhere)
            changes.append(SweepChange(path: path, value: entry.value, place: .nowhere))
        }
        return try Experiment.decode(resolved.replacing(changes))
    }
}

extension JSONValue {
    /// Returns a resolved experiment with changes applied. An object whose type changes keeps only the options that are
    /// not at the default of its former type.
    fileprivate func replacing(_ changes: [SweepChange]) throws(ConfigurationError) -> JSONValue {
        var result = self
        for change in changes
        where change.path.steps.last == .key("type") && result[change.path] != change.value {
            try result.removeDefaults(at: JSONPath(change.path.steps.dropLast()))
        }
        return try result.applying(changes, resolved: self)
    }

    /// Removes the options of an object without which the experiment is the same.
    private mutating func removeDefaults(at path: JSONPath) throws(ConfigurationError) {
        guard case .object(let members)? = self[path]?.content else { return }
        let whole = try Experiment.decode(self).encode().line
        for member in members where member.key != "type" {
            var shorter = self
            try shorter.remove(path.appending(.key(member.key)), source: "\(path)")
            if (try? Experiment.decode(shorter).encode().line) == whole { self = shorter }
        }
    }
}
