import Reports
import Autograd
import Configuration
import Foundation
import Metrics

/// The members of a sweep, each a validated experiment.
public struct ValidatedSweep: Sendable {
    /// A variant of the experiment.
    public struct Member: Sendable {
        /// `base`, or a description of the change: the name in tables and of the member's files.
        public var name: String
        /// The experiment without a sweep.
        public var experiment: Experiment
        /// Other combinations of values that give the same experiment.
        public var aliases: [String] = []
    }

    /// The name of the unchanged experiment.
    public static let base = "base"

    /// The base, then the grid, the random samples and the variants.
    public private(set) var members: [Member]
    /// The options in the config's `sweep` section.
    public let options: SweepOptions
    /// The seeds of each member.
    public let seeds: [Int]

    /// Expands an experiment's sweep. Throws all problems of all members before anything is run: missing paths, invalid values,
    /// mismatched shapes.
    ///
    /// - Parameters:
    ///   - json: The document of the experiment.
    ///   - environment: The variables that replace `${NAME}` in strings.
    ///   - keepsUnset: Whether to keep `${NAME}` if the variable is not set.
    public init(
        _ experiment: Experiment, json: JSONValue, environment: [String: String]? = nil,
        keepsUnset: Bool = false
    ) throws(ConfigurationError) {
        guard let options = experiment.sweep else {
            throw ConfigurationError(
                place: json.place, path: ["sweep"],
                "missing; add a \"sweep\" that lists the variants to compare")
        }
        self.options = options
        if case .first(let count) = options.seeds, experiment.seed > Int.max - count {
            throw ConfigurationError(
                place: json["seed"]?.place ?? json.place, path: ["seed"],
                "too large for \(count) consecutive seeds; choose a smaller one")
        }
        seeds =
            switch options.seeds {
            case nil: [experiment.seed]
            case .first(let count): (0..<count).map { experiment.seed + $0 }
            case .second(let list): list
            }
        var base = experiment
        base.sweep = nil
        var document = json
        document["sweep"] = nil
        let expansion = SweepExpansion(options, json: json, resolved: base.encode())

        members = [Member(name: Self.base, experiment: base)]
        let resolved = base.encode()
        var places = [resolved.line: 0]
        var problems = MemberProblems()
        problems.add(of: Self.base, Self.problems(of: base, document, options, sweep: json))
        for candidate in expansion.candidates {
            do throws(ConfigurationError) {
                let changed = try document.applying(candidate.changes, resolved: resolved)
                let member = try Experiment.decode(
                    changed, environment: environment, keepsUnset: keepsUnset)
                var found = Self.problems(of: member, changed, options, sweep: json)
                let (subset, other) = (member.evaluation.subset, base.evaluation.subset)
                if subset != other {
                    let path: JSONPath = ["evaluation", "subset"]
                    found.append(
                        ConfigurationIssue(
                            place: changed.place(of: path), path: path,
                            message:
                                "found \"\(subset.rawValue)\", but the base is evaluated on its \(other.rawValue) set; all members must use the same subset"
                        ))
                }
                problems.add(of: candidate.name, found)
                let line = member.encode().line
                guard let known = places[line] else {
                    places[line] = members.count
                    members.append(Member(name: candidate.name, experiment: member))
                    continue
                }
                if candidate.isNamed {
                    problems.add(
                        of: candidate.name,
                        [
                            ConfigurationIssue(
                                place: candidate.place, path: ["sweep", "variants"],
                                message: "is the same experiment as \"\(members[known].name)\"")
                        ])
                }
                members[known].aliases.append(candidate.name)
            } catch {
                problems.add(of: candidate.name, error.problems)
            }
        }
        let found = expansion.problems + problems.all
        guard found.isEmpty else {
            throw ConfigurationError(
                found.sorted { a, b in
                    (a.place.source, a.place.line, a.place.column) < (
                        b.place.source, b.place.line, b.place.column
                    )
                })
        }
    }

    /// Returns the problems of a member that can be decoded.
    private static func problems(
        of member: Experiment, _ document: JSONValue, _ options: SweepOptions, sweep: JSONValue
    ) -> [ConfigurationIssue] {
        var problems: [ConfigurationIssue] = []
        do throws(ConfigurationError) { _ = try ValidatedExperiment(member, json: document) } catch {
            problems = error.problems
        }
        if case .second(let folds) = options.folds, let count = member.split.value.foldCount,
            let wrong = folds.first(where: { $0 > count })
        {
            let path: JSONPath = ["sweep", "folds"]
            problems.append(
                ConfigurationIssue(
                    place: sweep.place(of: path), path: path,
                    message:
                        "expected 1\(count > 1 ? " to \(count)" : ""), found \(wrong): the split has \(count > 1 ? "\(count) folds" : "a single fold")"
                ))
        }
        let metrics = ["loss"] + member.metrics.map(\.name)
        if !metrics.contains(options.metric) {
            let path: JSONPath = ["sweep", "metric"]
            let meant = Suggestion.closest(to: options.metric, among: metrics)
            let advice =
                Metric(rawValue: options.metric) != nil && member.targets.isEmpty
                ? "add it to evaluation.metrics"
                : meant.map { "did you mean \"\($0)\"?" } ?? "available: \(metrics.joined(separator: ", "))"
            problems.append(
                ConfigurationIssue(
                    place: sweep.place(of: path), path: path,
                    message: "unknown metric \"\(options.metric)\"; \(advice)"))
        }
        return problems
    }
}

/// The problems of members; one that several members share is reported once.
private struct MemberProblems {
    private var problems: [ConfigurationIssue] = []
    private var members: [ConfigurationIssue: [String]] = [:]

    mutating func add(of member: String, _ found: [ConfigurationIssue]) {
        for problem in found {
            if members[problem] == nil { problems.append(problem) }
            members[problem, default: []].append(member)
        }
    }

    var all: [ConfigurationIssue] {
        problems.map { problem in
            let names = members[problem] ?? []
            var problem = problem
            let others = names.count > 1 ? " and \(NumberText.count(names.count - 1, "other"))" : ""
            problem.message = "in the member \"\(names.first ?? "")\"\(others): \(problem.message)"
            return problem
        }
    }
}
