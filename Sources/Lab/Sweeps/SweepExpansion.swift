import Reports
import Autograd
import Configuration
import Foundation

/// The changes that a sweep asks for, a list of them for each member whose paths lead somewhere. The values have not been checked.
struct SweepExpansion {
    /// What is to become a member.
    struct Candidate {
        var name: String
        var changes: [SweepChange]
        /// Where the sweep names it.
        var place: Place
        /// Whether a person has named it.
        var isNamed = false
    }

    /// The largest number of combinations of a grid.
    private static let limit = 1000.0

    private(set) var candidates: [Candidate] = []
    private let json: JSONValue
    private let resolved: JSONValue
    /// Paths that lead nowhere, and names that occur twice.
    private(set) var problems: [Problem] = []

    /// - Parameter resolved: The experiment with every default.
    init(_ options: SweepOptions, json: JSONValue, resolved: JSONValue) {
        self.json = json
        self.resolved = resolved
        addGrid(options.grid)
        if let random = options.random { addDraws(random) }
        for variant in options.variants.entries { add(variant) }
        var names: Set = [SweepPlan.base]
        for candidate in candidates where !names.insert(candidate.name).inserted {
            problems.append(
                Problem(
                    place: candidate.place, path: ["sweep"],
                    message:
                        "there is another member \"\(candidate.name)\"; the experiment as it stands is always \"base\""
                ))
        }
    }

    private mutating func addGrid(_ grid: Named<[JSONValue]>) {
        guard !grid.entries.isEmpty else { return }
        let count = grid.entries.reduce(1.0) { $0 * Double($1.value.count) }
        guard count <= Self.limit else {
            let message =
                "over \(NumberText.count(Int(Self.limit))) combinations; \"random\" draws some of them"
            problems.append(
                Problem(place: place(["sweep", "grid"]), path: ["sweep", "grid"], message: message))
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
        for draw in 1...random.draws {
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

    private func place(_ way: [String]) -> Place { json.place(of: JSONPath(way.map { .key($0) })) }

    /// The path that a text says, with indices where lists are; nil, with a problem, where it leads nowhere.
    private mutating func checked(_ text: String, at way: [String]) -> JSONPath? {
        let place = place(way)
        do throws(ConfigurationError) {
            let path = try resolved.existing(JSONPath(parsing: text, place: place), place: place)
            guard case .key(let first)? = path.steps.first, let remedy = Self.notVaried[first] else {
                return path
            }
            problems.append(Problem(place: place, path: path, message: remedy))
        } catch {
            problems += error.problems
        }
        return nil
    }

    /// Keys that no member changes, and what to do instead.
    private static let notVaried = [
        "name": "a member has a name already, and no result depends on it",
        "description": "no result depends on this",
        "seed": "list seeds under \"seeds\" of the sweep: then members are compared seed by seed",
        "fold": "list folds under \"folds\" of the sweep: then members are compared fold by fold",
        "sweep": "a sweep does not change itself",
    ]

    /// What paths are called: by their last key where that tells them apart.
    private static func labels(_ paths: [String]) -> [String] {
        let keys = paths.map { path in
            guard case .key(let key)? = (try? JSONPath(parsing: path))?.steps.last else { return path }
            return key
        }
        return Set(keys).count == keys.count ? keys : paths
    }

    /// What a value is called: an object that has a type by that.
    private static func label(_ value: JSONValue) -> String {
        value.text ?? value["type"]?.text ?? String(value.line.prefix(60))
    }

    /// The same with some four digits.
    private static func shortLabel(_ value: JSONValue) -> String {
        guard case .number(let number) = value.content else { return label(value) }
        return String(format: "%.4g", number)
    }

    /// Texts of which each after the first of its kind has a number.
    private static func distinct(_ texts: [String]) -> [String] {
        var counts: [String: Int] = [:]
        return texts.map { text in
            counts[text, default: 0] += 1
            let count = counts[text] ?? 1
            return count == 1 ? text : "\(text) (\(count))"
        }
    }
}
