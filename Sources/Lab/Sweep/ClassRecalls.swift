import SpeechEmotion

/// What share of each class the members of an ablation find, over the clips of all their runs that have ended.
public struct ClassRecalls: ReadableTable {
    /// A member of the ablation.
    public struct Row: Sendable {
        /// What it is called.
        public var name: String
        /// Of all its runs together; a clip counts as often as it was measured.
        public var confusion: ConfusionMatrix
        /// How many runs there were.
        public var runs: Int
    }

    /// The members that have a run, in their order.
    public let rows: [Row]
    /// The classes of all members.
    public let classes: [String]
    public let title = "Recall of each class"
    public let note = "Over the clips of all runs together."

    /// Reads the predictions in the folder. Throws where a file of them is damaged.
    public init(_ ablation: Ablation) throws {
        var found: [String: [Predictions]] = [:]
        for single in ablation.singles {
            guard case .finished = ablation.state(of: single) else { continue }
            found[single.member, default: []]
                .append(try Predictions(contentsOf: ablation.run(of: single) + "/" + RunFile.predictions))
        }
        classes = found.values.joined().reduce(into: [String]()) { all, predictions in
            all += predictions.classes.filter { !all.contains($0) }
        }.sorted()
        rows = try ablation.plan.members.compactMap { member in
            guard let runs = found[member.name] else { return nil }
            let names = runs[0].classes
            var (truths, decisions): ([Int], [Int]) = ([], [])
            for run in runs where run.classes == names {
                truths += run.truths
                decisions += run.decisions
            }
            return Row(
                name: member.name,
                confusion: try ConfusionMatrix(classes: names, truths: truths, predictions: decisions),
                runs: runs.count { $0.classes == names })
        }
    }

    /// A name, each class, and how many runs.
    public var columns: [String] { ["variant"] + classes + ["runs"] }

    public var cells: [[String]] {
        rows.map { row in
            [row.name] + classes.map { NumberText.percent(row.recall(of: $0)) } + [NumberText.count(row.runs)]
        }
    }

    /// A row for each member and class; the recall of a class that was not measured is an empty cell.
    public var csv: String {
        "variant,class,recall,examples,runs\n"
            + rows.flatMap { row in
                zip(row.confusion.classes, row.confusion.supports).map { name, support in
                    let recall = row.recall(of: name)
                    let words = [row.name, name].map(CSV.cell).joined(separator: ",")
                    return "\(words),\(recall.isFinite ? "\(recall)" : ""),\(support),\(row.runs)\n"
                }
            }.joined()
    }
}

extension ClassRecalls.Row {
    /// nan for a class that it does not have, or that no clip was of.
    func recall(of name: String) -> Double {
        guard let index = confusion.classes.firstIndex(of: name), confusion.supports[index] > 0 else {
            return .nan
        }
        return confusion.recalls[index]
    }
}
