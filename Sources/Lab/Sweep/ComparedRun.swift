import Autograd
import Configuration
import Foundation
import SpeechEmotion

/// A run that is set beside others: what its folder says of its config, its figures and its answers.
public struct ComparedRun: Sendable {
    public var name: String
    public var experiment: Experiment
    /// The figures of the test, in the order of the file.
    public var figures: [(name: String, value: Double)]
    public var classes: [String]
    /// The test files, in order, with the class and the probabilities of each.
    public var files: [String]
    public var truths: [Int]
    public var probabilities: [[Double]]

    /// Reads the folder of a run that has ended.
    public init(folder: String) throws {
        var path = folder[...]
        while path.count > 1, path.last == "/" { path.removeLast() }
        name = (String(path) as NSString).lastPathComponent
        guard RunFolder.content(of: folder) != .empty else {
            throw FileError(
                file: folder, place: "config.json", found: "no such file",
                allowed: "the folder of a run, such as runs/quickstart")
        }
        guard RunFolder.content(of: folder) == .finished else {
            throw FileError(
                file: folder, place: "result.json", found: "a run that has not ended",
                allowed: "one that has; go on with it by Train run and --resume")
        }
        experiment = try Experiment.decode(JSONValue.load(folder + "/config.json"))
        figures = (try JSONValue.load(folder + "/result.json")["test"]?.members ?? []).map {
            ($0.key, $0.value.double ?? .nan)
        }
        let table = try CSVTable(contentsOf: folder + "/predictions.csv")
        func column(_ name: String) throws(ConfigurationError) -> Int {
            guard let column = table.column(name) else {
                throw ConfigurationError(
                    place: Place(source: folder + "/predictions.csv"), "there is no column \"\(name)\"")
            }
            return column
        }
        let (file, label, predicted) = try (column("file"), column("label"), column("predicted"))
        let classColumns = Array(table.columns.indices.dropFirst(predicted + 1))
        let classes = classColumns.map { table.columns[$0] }
        self.classes = classes
        files = table.rows.map { $0[file].text }
        truths = try table.rows.map { row throws(ConfigurationError) in
            guard let truth = classes.firstIndex(of: row[label].text) else {
                throw ConfigurationError(
                    place: row[label].place, "there is no column for the class \"\(row[label].text)\"")
            }
            return truth
        }
        probabilities = try table.rows.map { row throws(ConfigurationError) in
            try classColumns.map { column throws(ConfigurationError) in
                guard let number = Double(row[column].text), number.isFinite else {
                    throw ConfigurationError(
                        place: row[column].place, "expected a number, found \"\(row[column].text)\"")
                }
                return number
            }
        }
    }

    /// The likeliest class of each file.
    var decisions: [Int] {
        probabilities.map { row in row.indices.max { row[$0] < row[$1] || row[$0] == row[$1] && $0 > $1 } ?? 0
        }
    }
}
