import Configuration
import Lab

/// Writes predictions: file, label, then a probability for each class.
final class PredictionWriter {
    private let classes: [String]
    private let format: String
    let hasAttention: Bool
    private var width = 4
    /// The heads of a table's columns, until its first line.
    private var heads: String?

    init(classes: [String], format: String, hasAttention: Bool) {
        (self.classes, self.format, self.hasAttention) = (classes, format, hasAttention)
    }

    /// The line above all others, which a table has where it has any; `width` is that of the longest name.
    func begin(width: Int) {
        self.width = max(4, min(width, 120))
        switch format {
        case "csv": show((["file", "label"] + classes).map(CSVCell.quoted).joined(separator: ","))
        case "json": break
        default:
            heads = ([filled("file", self.width), filled("label", labelWidth)] + classes.map { padded($0) })
                .joined(separator: "  ")
        }
    }

    /// One line.
    func write(_ name: String, _ answer: Predictor.Answer) {
        if let heads { show(heads) }
        heads = nil
        let label = classes[answer.best]
        switch format {
        case "csv":
            let numbers = answer.probabilities.map { "\(Float($0))" }
            show(([name, label].map(CSVCell.quoted) + numbers).joined(separator: ","))
        case "json":
            let members = zip(classes, answer.probabilities).map { JSONMember($0, JSONValue(.number($1))) }
            var line: JSONValue = [
                "file": name.encode(), "label": label.encode(), "probabilities": JSONValue(.object(members)),
            ]
            if hasAttention {
                line["attention"] =
                    answer.attention.map {
                        ["seconds": $0.seconds.encode(), "weights": $0.weights.encode()]
                    } ?? .null
            }
            show(line.line)
        default:
            let numbers = answer.probabilities.enumerated().map { index, value in
                padded(Self.fixed(value), to: max(classes[index].count, 5))
            }
            show(([filled(name, width), filled(label, labelWidth)] + numbers).joined(separator: "  "))
        }
    }

    private var labelWidth: Int { max(5, classes.map(\.count).max() ?? 0) }
    private func filled(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
    private func padded(_ text: String, to width: Int = 5) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    /// Three decimals.
    private static func fixed(_ value: Double) -> String {
        guard value.isFinite else { return "nan" }
        let text = "\(1000 + Int((value * 1000).rounded()))"
        return value >= 0.9995 ? "1.000" : "0." + text.dropFirst()
    }

    private func show(_ line: String) { Terminal.show(line + "\n") }
}
