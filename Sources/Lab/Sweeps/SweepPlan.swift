import Reports
import Autograd
import Configuration
import Foundation
import Metrics

/// The members of a sweep, each an experiment of its own that has been checked.
public struct SweepPlan: Sendable {
    /// One way of doing the experiment.
    public struct Member: Sendable {
        /// `base`, or what it changes: the name in tables and of its files.
        public var name: String
        /// The experiment, without a sweep.
        public var experiment: Experiment
        /// Other combinations of values that come to the same experiment.
        public var aliases: [String] = []
    }

    /// The name of the member that changes nothing.
    public static let base = "base"

    /// The base first, then the grid, what was drawn, and the variants.
    public private(set) var members: [Member]
    /// What the config says under "sweep".
    public let options: SweepOptions
    /// The seeds that each member is run with.
    public let seeds: [Int]

    /// The members of an experiment's sweep. Throws everything that is wrong with any of them, by its name, before anything is run:
    /// paths that lead nowhere, values that are not allowed, shapes that do not fit.
    ///
    /// - Parameters:
    ///   - json: the document of the experiment.
    ///   - environment: what `${NAME}` in texts stands for.
    ///   - keepsUnset: whether a name that the environment lacks stays as it is.
    public init(
        _ experiment: Experiment, json: JSONValue, environment: [String: String]? = nil,
        keepsUnset: Bool = false
    ) throws(ConfigurationError) {
        guard let options = experiment.sweep else {
            throw ConfigurationError(
                place: json.place, path: ["sweep"], "missing; it says what the ablation varies")
        }
        self.options = options
        if case .first(let count) = options.seeds, experiment.seed > Int.max - count {
            throw ConfigurationError(
                place: json["seed"]?.place ?? json.place, path: ["seed"],
                "too large for \(count) seeds from it on; choose a smaller one")
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
                let (part, other) = (member.evaluation.part, base.evaluation.part)
                if part != other {
                    let path: JSONPath = ["evaluation", "subset"]
                    found.append(
                        Problem(
                            place: changed.place(of: path), path: path,
                            message:
                                "found \"\(part.rawValue)\", and the base is evaluated on its \(other.rawValue) set: results on two subsets cannot be compared"
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
                            Problem(
                                place: candidate.place, path: ["sweep", "variants"],
                                message: "comes to the same experiment as \"\(members[known].name)\"")
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

    /// What is wrong with a member that can be decoded.
    private static func problems(
        of member: Experiment, _ document: JSONValue, _ options: SweepOptions, sweep: JSONValue
    ) -> [Problem] {
        var problems: [Problem] = []
        do throws(ConfigurationError) { _ = try ExperimentPlan(member, json: document) } catch {
            problems = error.problems
        }
        if case .second(let folds) = options.folds, let count = member.split.value.foldCount,
            let wrong = folds.first(where: { $0 > count })
        {
            let path: JSONPath = ["sweep", "folds"]
            problems.append(
                Problem(
                    place: sweep.place(of: path), path: path,
                    message:
                        "expected 1\(count > 1 ? " to \(count)" : ""), found \(wrong): the split has no more folds"
                ))
        }
        let figures = ["loss"] + member.evaluation.metrics.map(\.rawValue)
        if !figures.contains(options.metric) {
            let path: JSONPath = ["sweep", "metric"]
            let meant = Suggestion.closest(to: options.metric, among: figures)
            let advice =
                Figure(rawValue: options.metric) != nil
                ? "add it to evaluation.metrics"
                : meant.map { "did you mean \"\($0)\"?" } ?? "there are \(figures.joined(separator: ", "))"
            problems.append(
                Problem(
                    place: sweep.place(of: path), path: path,
                    message: "a test has no figure \"\(options.metric)\"; \(advice)"))
        }
        return problems
    }
}

/// Problems of members: one that many members share is said once.
private struct MemberProblems {
    private var problems: [Problem] = []
    private var members: [Problem: [String]] = [:]

    mutating func add(of member: String, _ found: [Problem]) {
        for problem in found {
            if members[problem] == nil { problems.append(problem) }
            members[problem, default: []].append(member)
        }
    }

    var all: [Problem] {
        problems.map { problem in
            let names = members[problem] ?? []
            var problem = problem
            let others = names.count > 1 ? " and \(NumberText.count(names.count - 1, "other"))" : ""
            problem.message = "in the member \"\(names.first ?? "")\"\(others): \(problem.message)"
            return problem
        }
    }
}
