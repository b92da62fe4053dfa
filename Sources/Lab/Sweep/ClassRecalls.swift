import SpeechEmotion

/// What share of each class the members of an ablation find, over the clips of all their runs.
public struct ClassRecalls: ReadableTable {
    /// A member of the ablation.
    public struct Row: Sendable {
        /// What it is called.
        public var name: String
        /// Of all its runs together; a clip counts as often as it was measured. Without classes where there is no run.
        public var confusion: ConfusionMatrix
        /// How many runs there were.
        public var runs: Int
    }

    /// The members, in their order.
    public private(set) var rows: [Row] = []
    /// The classes of all members, in the order of their models' outputs.
    public private(set) var classes: [String] = []
    /// Why predictions of runs could not be counted: a file and what is wrong with it, one for each run.
    public private(set) var problems: [String] = []
    public let title = "Recall of each class"

    /// Counts the predictions of runs.
    ///
    /// - Parameters:
    ///   - members: their names, in order.
    ///   - runs: the folders of those that have ended, each with its member.
    public init(members: [String], runs: [(member: String, folder: String)]) {
        for member in members {
            var row = Row(name: member, confusion: ConfusionMatrix(classes: []), runs: 0)
            var (truths, decisions): ([Int], [Int]) = ([], [])
            for run in runs where run.member == member {
                let file = run.folder + "/" + RunFile.predictions
                do {
                    let predictions = try Predictions(contentsOf: file)
                    if row.runs == 0 { row.confusion = ConfusionMatrix(classes: predictions.classes) }
                    guard predictions.classes == row.confusion.classes else {
                        let (found, others) = (predictions.classes, row.confusion.classes)
                        problems.append(
                            "\(file): found the classes \(found.joined(separator: ", ")), where other runs have "
                                + others.joined(separator: ", "))
                        continue
                    }
                    truths += predictions.truths
                    decisions += predictions.decisions
                    row.runs += 1
                } catch {
                    problems.append("\(error)")
                }
            }
            let names = row.confusion.classes
            if let matrix = try? ConfusionMatrix(classes: names, truths: truths, predictions: decisions) {
                row.confusion = matrix
            }
            classes += names.filter { !classes.contains($0) }
            rows.append(row)
        }
    }

    public var note: String {
        let lacking =
            problems.isEmpty ? "" : " Without \(NumberText.count(problems.count, "run")) that cannot be read."
        return "Over the clips of all runs together." + lacking
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
                    let cells = [CSV.cell(row.name), CSV.cell(name), CSV.cell(row.recall(of: name))]
                    return (cells + ["\(support)", "\(row.runs)"]).joined(separator: ",") + "\n"
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
