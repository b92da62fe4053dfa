import Configuration
import Foundation
import Reports
import SpeechEmotion

/// Warnings about several runs, such as those of a cross-validation: failed training, and truncated or skipped clips.
public struct RunWarnings: Sendable {
    /// A warning that applies to some of the runs.
    private struct Entry {
        /// What was found, such as "training diverged".
        var words: String
        /// The names of the runs.
        var names: [String] = []
        /// The number of the last of these runs.
        var last: Int?
        /// Details, with numbers.
        var details = ""

        /// Adds a run, unless it was the last one.
        mutating func add(_ name: String, _ run: Int) {
            guard last != run else { return }
            names.append(name)
            last = run
        }
    }

    private let entries: [Entry]
    private let runs: Int

    /// Collects the warnings of finished runs.
    public init(_ results: [(name: String, result: RunResult)]) {
        runs = results.count
        entries =
            Self.findings(results) + Self.lostClasses(results)
            + [Self.truncation(results), Self.skipped(results)].compactMap { $0 }
    }

    /// Collects the warnings of runs by their folders; runs without a readable result are left out.
    init(folders: [String]) {
        self.init(
            folders.compactMap { folder in
                let file = folder + "/" + RunFile.result
                guard FileManager.default.fileExists(atPath: file),
                    let result = try? RunResult.decode(JSONValue.load(file))
                else { return nil }
                return ((folder as NSString).lastPathComponent, result)
            })
    }

    /// Collects the warnings of the runs of several sets.
    init(sets: [RunSet]) {
        self.init(
            sets.flatMap(\.records).compactMap { record in record.result.map { (record.name, $0) } })
    }

    /// The warnings in a few words, such as "training diverged (2 of 4 runs)".
    public var labels: [String] {
        entries.map { runs > 1 ? "\($0.words) (\($0.names.count) of \(runs) runs)" : $0.words }
    }

    /// The warnings with the names of the runs, without a period: "training diverged in all 4 runs".
    public var summaries: [String] { entries.map { $0.words + scope($0.names) } }

    /// The warnings with the names of the runs and numbers, without a period.
    public var sentences: [String] {
        entries.map { entry in
            entry.words + scope(entry.names) + (entry.details.isEmpty ? "" : ": \(entry.details)")
        }
    }

    private func scope(_ names: [String]) -> String {
        guard runs > 1 else { return "" }
        guard names.count < runs else { return runs == 2 ? " in both runs" : " in all \(runs) runs" }
        let shown = names.prefix(4).joined(separator: ", ") + (names.count > 4 ? ", ..." : "")
        return " in \(names.count) of \(runs) runs (\(shown))"
    }

    private static func findings(_ results: [(name: String, result: RunResult)]) -> [Entry] {
        var entries: [Entry] = []
        for (run, (name, result)) in results.enumerated() {
            for finding in result.findings {
                let index =
                    entries.firstIndex { $0.words == finding.kind.words } ?? entries.endIndex
                if index == entries.endIndex {
                    var message = finding.message
                    if message.hasSuffix(".") { message.removeLast() }
                    let details = results.count > 1 ? "in \(name): \(message)" : message
                    entries.append(Entry(words: finding.kind.words, details: details))
                }
                entries[index].add(name, run)
            }
        }
        return entries
    }

    private static func lostClasses(_ results: [(name: String, result: RunResult)]) -> [Entry] {
        var entries: [Entry] = []
        for (run, (name, result)) in results.enumerated() {
            for part in result.skipped {
                guard let subset = part.subset, let warning = part.warning else { continue }
                let words = "a class has no usable clip in the \(subset.word) set"
                let index = entries.firstIndex { $0.words == words } ?? entries.endIndex
                if index == entries.endIndex {
                    entries.append(
                        Entry(words: words, details: results.count > 1 ? "in \(name): \(warning)" : warning))
                }
                entries[index].add(name, run)
            }
        }
        return entries
    }

    private static func truncation(_ results: [(name: String, result: RunResult)]) -> Entry? {
        var entry = Entry(words: "clips are truncated")
        var (most, clips, share) = (0, 0, 0.0)
        var options: [String] = []
        for (name, result) in results {
            let truncated = result.truncation.reduce(0) { $0 + $1.truncated }
            guard truncated > 0 else { continue }
            entry.names.append(name)
            if truncated > most {
                (most, clips) = (truncated, result.truncation.reduce(0) { $0 + $1.clips })
            }
            for part in result.truncation {
                share = max(share, part.shareLost)
                for option in part.options.entries.map(\.name) where !options.contains(option) {
                    options.append(option)
                }
            }
        }
        guard !entry.names.isEmpty else { return nil }
        let upTo = results.count > 1 ? "up to " : ""
        let lost = share < 0.0005 ? "less than 0.1%" : "up to \(NumberText.percent(share))"
        entry.details =
            "\(upTo)\(NumberText.count(most)) of \(NumberText.count(clips, "clip"))\(results.count > 1 ? " of a run" : "") by \(options.joined(separator: ", ")); \(lost) of the audio of a subset is lost"
        return entry
    }

    private static func skipped(_ results: [(name: String, result: RunResult)]) -> Entry? {
        var entry = Entry(words: "clips were skipped")
        var most = 0
        var example: String?
        for (name, result) in results {
            let skipped = result.skipped.reduce(0) { $0 + $1.skipped }
            guard skipped > 0 else { continue }
            entry.names.append(name)
            most = max(most, skipped)
            example = example ?? result.skipped.flatMap(\.reasons).first
        }
        guard !entry.names.isEmpty else { return nil }
        let upTo = results.count > 1 ? "up to " : ""
        let count = NumberText.count(most, "clip") + (results.count > 1 ? " of a run" : "")
        entry.details = "\(upTo)\(count)" + (example.map { " (\(Self.withoutPrefix($0)))" } ?? "")
        return entry
    }

    /// Removes the word that the lines of `Omission` summaries begin with.
    private static func withoutPrefix(_ line: String) -> String {
        for prefix in ["skipped: ", "skipped "] where line.hasPrefix(prefix) {
            return String(line.dropFirst(prefix.count))
        }
        return line
    }
}

extension TrainingFinding.Kind {
    /// What was found, in a few words.
    fileprivate var words: String {
        switch self {
        case .lossAboveGuessing, .lossRose: "training diverged"
        case .lossFlat: "the training loss did not decrease"
        case .trainingAtChance: "the model did not learn"
        case .measuredAtChance: "the UAR is at chance level"
        case .oneClass: "the model predicts a single class"
        case .deadUnits: "ReLU units are dead"
        }
    }
}
