import Reports
import Autograd
import Configuration
import Foundation

/// The members of a sweep as lists of changes. Paths have been resolved; values have not been checked.
struct SweepExpansion {
    /// A future member.
    struct Candidate {
        var name: String
        var changes: [SweepChange]
        /// The location in the sweep.
        var place: Location
        /// Whether it is a named variant.
        var isNamed = false
    }

    /// The maximum number of combinations in a grid.
    private static let limit = 1000.0

    private(set) var candidates: [Candidate] = []
    private let json: JSONValue
    private let resolved: JSONValue
    /// Paths that do not exist, and duplicate names.
    private(set) var problems: [ConfigurationIssue] = []

    /// - Parameter resolved: The experiment with all defaults.
    init(_ options: SweepOptions, json: JSONValue, resolved: JSONValue) {
        self.json = json
        self.resolved = resolved
        addGrid(options.grid)
        if let random = options.random { addDraws(random) }
        for variant in options.variants.entries { add(variant) }
        var names: Set = [ValidatedSweep.base]
        for candidate in candidates where !names.insert(candidate.name).inserted {
            problems.append(
                ConfigurationIssue(
                    place: candidate.place, path: ["sweep"],
                    message:
                        "duplicate member \"\(candidate.name)\"; the name \"base\" is reserved for the unchanged experiment"
                ))
        }
    }

    private mutating func addGrid(_ grid: Named<[JSONValue]>) {
        guard !grid.entries.isEmpty else { return }
        let count = grid.entries.reduce(1.0) { $0 * Double($1.value.count) }
        guard count <= Self.limit else {
            let message =
                "more than \(NumberText.count(Int(Self.limit))) combinations; use \"random\" to sample from them"
            problems.append(
                ConfigurationIssue(
                    place: place(["sweep", "grid"]), path: ["sweep", "grid"], message: message))
            return
        }
        let labels = Self.labels(grid.entries.map(\.name))
        var combinations = [Candidate(name: "", changes: [], place: place(["sweep", "grid"]))]
        let paths = grid.entries.map { checked($0.name, at: ["sweep", "grid", $0.name]) }
        for ((entry, path), label) in zip(zip(grid.entries, paths), labels) {
            guard let path else { continue }
            let names = Self.distinct(entry.value.map(Self.label))
            combinations = combinations.flatMap { combination in
                zip(entry.value, names).map { value, name in
                    var next = combination
                    next.name += (next.name.isEmpty ? "" : ", ") + "\(label)=\(name)"
                    next.changes.append(SweepChange(path: path, value: value, place: value.place))
                    return next
                }
            }
        }
        if !paths.contains(nil) { candidates += combinations }
    }

    private mutating func addDraws(_ random: RandomSearch) {
        let labels = Self.labels(random.ranges.entries.map(\.name))
        let ranges = random.ranges.entries.map { entry in
            (entry, checked(entry.name, at: ["sweep", "random", "ranges", entry.name]))
        }
        guard !ranges.contains(where: { $0.1 == nil }) else { return }
        for draw in 1...random.samples {
            let generator = RandomGenerator(seed: UInt64(random.seed)).split("draw \(draw)")
            var candidate = Candidate(name: "", changes: [], place: place(["sweep", "random"]))
            var words: [String] = []
            for ((entry, path), label) in zip(ranges, labels) {
                let value = entry.value.value.draw(generator.split(entry.name))
                words.append("\(label)=\(Self.shortLabel(value))")
                let place = place(["sweep", "random", "ranges", entry.name])
                if let path { candidate.changes.append(SweepChange(path: path, value: value, place: place)) }
            }
            candidate.name = "random \(draw): " + words.joined(separator: ", ")
            candidates.append(candidate)
        }
    }

    private mutating func add(_ variant: Named<Variant>.Entry) {
        let way = ["sweep", "variants", variant.name]
        var candidate = Candidate(name: variant.name, changes: [], place: place(way), isNamed: true)
        let before = problems.count
        for entry in variant.value.settings.entries {
            guard let path = checked(entry.name, at: way + ["set", entry.name]) else { continue }
            candidate.changes.append(SweepChange(path: path, value: entry.value, place: entry.value.place))
        }
        for (index, text) in variant.value.remove.enumerated() {
            guard let path = checked(text, at: way + ["remove", "\(index)"]) else { continue }
            candidate.changes.append(
                SweepChange(path: path, value: nil, place: place(way + ["remove", "\(index)"])))
        }
        if problems.count == before { candidates.append(candidate) }
    }

    private func place(_ way: [String]) -> Location { json.place(of: JSONPath(way.map { .key($0) })) }

    /// Resolves a path; returns nil and records a problem if it does not exist.
    private mutating func checked(_ text: String, at way: [String]) -> JSONPath? {
        let place = place(way)
        do throws(ConfigurationError) {
            let path = try resolved.existing(JSONPath(parsing: text, place: place), place: place)
            guard case .key(let first)? = path.steps.first, let remedy = Self.notVaried[first] else {
                return path
            }
            problems.append(ConfigurationIssue(place: place, path: path, message: remedy))
        } catch {
            problems += error.problems
        }
        return nil
    }

    /// Keys that members must not change, and what to do instead.
    private static let notVaried = [
        "name": "members are named by the sweep",
        "description": "it does not affect results",
        "seed": "use \"seeds\" of the sweep, so that members are compared seed by seed",
        "fold": "use \"folds\" of the sweep, so that members are compared fold by fold",
        "sweep": "a sweep cannot change itself",
    ]

    /// Labels of paths: the last key if it is unique.
    private static func labels(_ paths: [String]) -> [String] {
        let keys = paths.map { path in
            guard case .key(let key)? = (try? JSONPath(parsing: path))?.steps.last else { return path }
            return key
        }
        return Set(keys).count == keys.count ? keys : paths
    }

    /// The label of a value; an object with a type is labeled by it.
    private static func label(_ value: JSONValue) -> String {
        value.text ?? value["type"]?.text ?? String(value.line.prefix(60))
    }

    /// The label with four significant digits.
    private static func shortLabel(_ value: JSONValue) -> String {
        guard case .number(let number) = value.content else { return label(value) }
        return String(format: "%.4g", number)
    }

    /// Makes texts unique by numbering repetitions.
    private static func distinct(_ texts: [String]) -> [String] {
        var counts: [String: Int] = [:]
        return texts.map { text in
            counts[text, default: 0] += 1
            let count = counts[text] ?? 1
            return count == 1 ? text : "\(text) (\(count))"
        }
    }
}
