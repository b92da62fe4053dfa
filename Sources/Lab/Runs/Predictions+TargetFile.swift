import Configuration
import Metrics
import Reports
import SpeechEmotion
import Training

/// The file `predictions.csv` of a run with targets: file, speaker, then the columns of each target.
///
/// They are `NAME` and `NAME.predicted` (`speaker.true` for a target `speaker`); for classes, also `NAME.p.CLASS` for the
/// probabilities and, with votes, `NAME.votes.CLASS`; for several labels, `NAME.true.LABEL` and `NAME.p.LABEL`. A clip without a
/// target has empty cells.
extension Predictions {
    /// The header and a line for each example of predictions of targets.
    var targetLines: [String] {
        let parts = parts.map {
            (
                name: $0.name, own: $0.predictions, rows: $0.predictions.rows,
                decisions: $0.predictions.decisions
            )
        }
        let header = ["file", "speaker"] + parts.flatMap { $0.own.targetColumns($0.name) }
        return [header.map(CSV.cell).joined(separator: ",")]
            + zip(ids, speakers).map { id, speaker in
                let cells = parts.flatMap { part -> [String] in
                    part.rows[id].map { part.own.targetCells($0, part.decisions) }
                        ?? part.own.targetColumns(part.name).map { _ in "" }
                }
                return ([CSV.cell(id), CSV.cell(speaker ?? "")] + cells).joined(separator: ",")
            }
    }

    /// The first row of each example.
    private var rows: [String: Int] {
        Dictionary(ids.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The column with the true class or value: the name of the target, unless every file has a column of this name.
    fileprivate static func truthColumn(_ name: String) -> String {
        ["file", "speaker"].contains(name) ? "\(name).true" : name
    }

    private func targetColumns(_ name: String) -> [String] {
        let probabilities = classes.map { "\(name).p.\($0)" }
        return switch task {
        case .regression: [Self.truthColumn(name), "\(name).predicted"]
        case .multiLabel: classes.map { "\(name).true.\($0)" } + probabilities
        case .sequences, .frames: []
        case .classification:
            [Self.truthColumn(name), "\(name).predicted"] + probabilities
                + (references.isEmpty ? [] : classes.map { "\(name).votes.\($0)" })
        }
    }

    private func targetCells(_ row: Int, _ decisions: [Int]) -> [String] {
        func numbers(_ values: [Double]) -> [String] { values.map { "\(Float($0))" } }
        let votes = references.isEmpty ? [] : numbers(references[row])
        return switch task {
        case .regression: numbers([trueValues[row], values[row]])
        case .multiLabel: votes + numbers(probabilities[row])
        case .sequences, .frames: []
        case .classification:
            [CSV.cell(classes[truths[row]]), CSV.cell(classes[decisions[row]])]
                + numbers(probabilities[row]) + votes
        }
    }

    /// Reads a file written from `targetLines`. Throws errors with their lines.
    ///
    /// - Parameter targets: The targets of the config, whose classes need not be known.
    init(_ table: CSVTable, targets: [TargetOutput], file: String) throws(ConfigurationError) {
        var (parts, at): ([PredictionPart], Int) = ([], 2)
        guard table.columns.prefix(2).elementsEqual(["file", "speaker"]) else {
            throw ConfigurationError(
                place: Location(source: file),
                "expected the columns file and speaker, found \(table.columns.prefix(2).joined(separator: ", "))"
            )
        }
        for target in targets {
            let reader = TargetReader(target, table.columns, from: at)
            guard let reader else {
                throw ConfigurationError(
                    place: Location(source: file),
                    "expected the columns of the target \"\(target.name)\" from column \(at + 1) on, found "
                        + table.columns.dropFirst(at).prefix(4).joined(separator: ", "))
            }
            parts.append(
                PredictionPart(target.name, isMain: target.role == .main, try reader.read(table)))
            at += reader.width
        }
        let speakers = table.rows.map { $0[1].content }
        self.init(parts, ids: table.rows.map { $0[0].text }, speakers: speakers)
    }
}

/// Reads the columns of one target.
private struct TargetReader {
    private let target: TargetOutput
    private let classes: [String]
    private let start: Int
    /// The number of columns.
    let width: Int

    /// Finds the columns of a target; nil if they are not there.
    init?(_ target: TargetOutput, _ columns: [String], from start: Int) {
        (self.target, self.start) = (target, start)
        let columns = columns.dropFirst(start)
        let prefix = "\(target.name)."
        func names(_ kind: String, _ columns: ArraySlice<String>) -> [String] {
            columns.prefix { $0.hasPrefix(prefix + kind) }.map {
                String($0.dropFirst(prefix.count + kind.count))
            }
        }
        switch target.kind {
        case .multiLabel:
            classes = names("true.", columns)
            guard !classes.isEmpty, names("p.", columns.dropFirst(classes.count)) == classes else {
                return nil
            }
            width = 2 * classes.count
        case .regression, .classification, .ordinal:
            guard
                columns.prefix(2).elementsEqual([
                    Predictions.truthColumn(target.name), prefix + "predicted",
                ])
            else { return nil }
            guard target.kind != .regression else {
                (classes, width) = ([target.name], 2)
                return
            }
            classes = names("p.", columns.dropFirst(2))
            let votes = target.hasVotes ? classes.count : 0
            guard classes.count > 1,
                votes == 0 || names("votes.", columns.dropFirst(2 + classes.count)) == classes
            else { return nil }
            width = 2 + classes.count + votes
        }
    }

    func read(_ table: CSVTable) throws(ConfigurationError) -> Predictions {
        var output = target
        output.classes = classes
        var found = Predictions(output)
        for row in table.rows where !row[start].text.isEmpty {
            let (id, speaker) = (row[0].text, row[1].content)
            func numbers(_ first: Int, _ count: Int) throws(ConfigurationError) -> [Double] {
                try row[(start + first)..<(start + first + count)].numbers("a number")
            }
            let count = classes.count
            switch found.task {
            case .regression:
                let pair = try numbers(0, 2)
                found.append(id, speaker: speaker, truth: pair[0], value: pair[1])
            case .sequences, .frames: break
            case .multiLabel:
                found.references.append(try numbers(0, count))
                found.append(id, speaker: speaker, labels: try numbers(count, count))
            case .classification:
                found.append(
                    id, speaker: speaker, truth: try row[start].label(classes),
                    probabilities: try numbers(2, count))
                if target.hasVotes { found.references.append(try numbers(2 + count, count)) }
            }
        }
        return found
    }
}

extension Predictions {
    fileprivate mutating func append(_ id: String, speaker: String?, labels row: [Double]) {
        ids.append(id)
        speakers.append(speaker)
        probabilities.append(row)
    }
}
