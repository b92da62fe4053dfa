import Autograd
import Configuration
import Lab
import Reports
import Training

/// Writes predictions: file, label and class probabilities, and the windows of long recordings.
final class PredictionWriter {
    /// What to write in addition to the predictions.
    struct Extras {
        /// Attention over time, in JSON.
        var attention = false
        /// A row per window; JSON always contains the windows.
        var timeline = false
        /// A column with the number of windows, in tables.
        var counts = false
        /// Whether the rows are those of a stream, whose warnings are printed only when they begin.
        var isStream = false
    }

    private let classes: [String]
    private let targets: [TargetOutput]
    private let decisions: RunDecisions
    private let outputNames: [String]
    private let format: String
    let extras: Extras
    private var width = 4
    /// The table header, until the first row is written.
    private var heads: String?
    /// Whether the last row had warnings.
    private var warned = false

    init(_ predictor: Predictor, format: String, _ extras: Extras = Extras()) {
        (classes, targets, decisions) = (predictor.classes, predictor.targets, predictor.decisions)
        outputNames = predictor.outputNames
        (self.format, self.extras) = (format, extras)
    }

    /// Writes the header; that of a table appears before its first row. `width` is the length of the longest file name.
    func begin(width: Int) {
        self.width = max(extras.timeline ? 16 : 4, min(width, 120))
        switch format {
        case "csv":
            let columns =
                ["file"] + (extras.timeline ? ["start", "end"] : [])
                + (targets.isEmpty ? ["label"] + classes : targets.predictionColumns) + ["warnings"]
            show(columns.map(CSV.cell).joined(separator: ","))
        case "json": break
        default:
            let columns =
                [filled("file", self.width)] + (extras.counts ? ["windows"] : [])
                + (targets.isEmpty
                    ? [filled("label", labelWidth)] + classes.map { padded($0) }
                    : targets.map { padded($0.name, to: Self.targetWidth($0)) })
            heads = columns.joined(separator: "  ")
        }
    }

    /// Writes a row, followed by a row per window if the timeline was requested. JSON includes the saliency, if any. Prints warnings
    /// about the recording to standard error.
    func write(_ name: String, _ prediction: RecordingPrediction, saliency: Saliency? = nil) {
        let warnings = prediction.warningTexts
        if !(extras.isStream && warned) {
            for text in warnings { Terminal.error("warning: \(name.onOneLine): \(text)") }
        }
        warned = !warnings.isEmpty
        if let heads { show(heads) }
        heads = nil
        switch format {
        case "csv":
            show(csv(name, prediction.summary, times: ["", ""], warnings))
            guard extras.timeline else { return }
            for window in prediction.windows {
                show(
                    csv(
                        name, window.prediction, times: [window.start, window.end].map(Self.seconds),
                        window.warnings.sentences))
            }
        case "json":
            var line = json(name, prediction)
            if let saliency { line["saliency"] = saliency.json(outputs: outputNames) }
            show(line.line)
        default:
            show(row(name, prediction.summary, count: "\(max(prediction.windows.count, 1))"))
            guard extras.timeline else { return }
            for window in prediction.windows {
                show(row("  " + Self.span(window.start, window.end), window.prediction, count: ""))
            }
        }
    }

    /// Formats a time span: `1.5-4.5 s`.
    static func span(_ start: Double, _ end: Double) -> String { "\(seconds(start))-\(seconds(end)) s" }

    private static func seconds(_ value: Double) -> String { "\((value * 100).rounded() / 100)" }

    private func csv(
        _ name: String, _ prediction: Predictor.Prediction, times: [String], _ warnings: [String]
    ) -> String {
        let first = [name] + (extras.timeline ? times : [])
        let values =
            targets.isEmpty
            ? [classes[prediction.best]] + prediction.probabilities.map { "\(Float($0))" }
            : prediction.targetCells
        return (first + values + [warnings.joined(separator: "; ")]).map(CSV.cell).joined(separator: ",")
    }

    private func json(_ name: String, _ prediction: RecordingPrediction) -> JSONValue {
        let members =
            prediction.json(classes: classes, attention: extras.attention, decisions: decisions).members ?? []
        return JSONValue(.object([JSONMember("file", name.encode())] + members))
    }

    private func row(_ name: String, _ prediction: Predictor.Prediction, count: String) -> String {
        let first = [filled(name.onOneLine, width)] + (extras.counts ? [padded(count, to: 7)] : [])
        guard targets.isEmpty else {
            let cells = prediction.targets.map { padded($0.text, to: Self.targetWidth($0.target)) }
            return (first + cells).joined(separator: "  ")
        }
        let numbers = prediction.probabilities.enumerated().map { index, value in
            padded(Self.fixed(value), to: max(classes[index].count, 5))
        }
        let columns = first + [filled(classes[prediction.best], labelWidth)] + numbers
        return columns.joined(separator: "  ")
    }

    /// The width of a column of a table with the value, class or labels of a target.
    private static func targetWidth(_ target: TargetOutput) -> Int {
        max(target.name.count, target.kind == .regression ? 8 : target.classes.map(\.count).max() ?? 0)
    }

    private var labelWidth: Int { max(5, classes.map(\.count).max() ?? 0) }
    private func filled(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
    private func padded(_ text: String, to width: Int = 5) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    /// Formats a value with three decimals.
    private static func fixed(_ value: Double) -> String {
        guard value.isFinite else { return "nan" }
        let text = "\(1000 + Int((value * 1000).rounded()))"
        return value >= 0.9995 ? "1.000" : "0." + text.dropFirst()
    }

    private func show(_ line: String) { Terminal.show(line + "\n") }
}
