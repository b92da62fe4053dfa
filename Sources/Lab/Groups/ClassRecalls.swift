import Metrics
import Reports

/// The recall of each class, for groups of runs such as the members of an ablation.
public struct ClassRecalls: ReadableTable {
    /// A group of runs.
    public struct Row: Sendable {
        /// The name of the group.
        public var name: String
        /// The confusion matrix over all runs; a clip counts as often as it was tested. Without runs, it has no classes.
        public var confusion: ConfusionMatrix
        /// The number of test clips of each class of the confusion matrix: those of one seed.
        public var clips: [Int]
        /// The number of runs.
        public var runs: Int
    }

    /// The groups, in their order.
    public private(set) var rows: [Row] = []
    /// The classes of all groups, in the order of their models' outputs.
    public private(set) var classes: [String] = []
    public let title = "Recall of each class"
    public let note = "Pooled over the test clips of all runs."
    public let protocolText: String

    /// Counts the predictions of groups. Runs with other classes than the first run of their group are left out.
    public init(_ groups: [RunGroup]) {
        protocolText = GroupTable(groups: groups, level: 0.95, draws: 0).protocolText
        for group in groups {
            let all = group.members.compactMap(\.predictions?.classification)
            let names = all.first?.classes ?? []
            let parts = all.filter { $0.classes == names }
            func confusion(_ parts: [Predictions]) -> ConfusionMatrix {
                (try? Predictions.pooled(parts).confusion()) ?? ConfusionMatrix(classes: names)
            }
            // A seed may lack folds.
            let seed =
                group.seeds.map { seed in
                    group.members.filter { $0.seed == seed }.compactMap(\.predictions?.classification)
                        .filter { $0.classes == names }
                }.max { $0.count < $1.count } ?? []
            classes += names.filter { !classes.contains($0) }
            rows.append(
                Row(
                    name: group.name, confusion: confusion(parts), clips: confusion(seed).supports,
                    runs: parts.count))
        }
    }

    /// A name, each class, and how many runs.
    public var columns: [String] { ["variant"] + classes + ["runs"] }

    public var cells: [[String]] {
        rows.map { row in
            [row.name] + classes.map { NumberText.percent(row.recall(of: $0)) } + [NumberText.count(row.runs)]
        }
    }

    /// A row for each group and class, with the number of test clips of one seed; the recall of a class that was not tested is an
    /// empty cell.
    public var csv: String {
        "variant,class,recall,clips,runs\n"
            + rows.flatMap { row in
                zip(row.confusion.classes, row.clips).map { name, clips in
                    let cells = [CSV.cell(row.name), CSV.cell(name), CSV.cell(row.recall(of: name))]
                    return (cells + ["\(clips)", "\(row.runs)"]).joined(separator: ",") + "\n"
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
