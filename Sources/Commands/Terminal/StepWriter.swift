import Autograd
import Configuration
import Foundation
import Lab
import Metrics
import Reports
import SpeechEmotion

/// Prints the predictions of a model with an output for every step.
protocol StepWriter {
    func begin()
    func write(_ path: String, _ wave: Waveform, _ predictor: StepPredictor) throws
}

/// Prints rows of files in a format.
private struct FileRows {
    let format: String
    private let width: Int

    /// - Parameter width: The length of the longest path.
    init(format: String, width: Int) { (self.format, self.width) = (format, max(4, min(width, 120))) }

    /// Prints the names of the columns: those of a CSV file, or the rest of the line of a table.
    func begin(csv: [String], table: String) {
        if format == "csv" { show(csv: ["file"] + csv) }
        if format == "table" { show("file", table) }
    }

    func show(json: JSONValue) { Terminal.show(json.line + "\n") }
    func show(csv cells: [String]) { Terminal.show(cells.map(CSV.cell).joined(separator: ",") + "\n") }

    /// Prints a row of a table.
    func show(_ path: String, _ rest: String) {
        Terminal.show(path.onOneLine.filled(to: width) + rest + "\n")
    }
}

extension String {
    /// The text, followed by spaces up to a width.
    fileprivate func filled(to width: Int) -> String {
        padding(toLength: max(width, count), withPad: " ", startingAt: 0)
    }
}

/// Prints the tokens of each file.
struct TokenWriter: StepWriter {
    private let rows: FileRows

    init(format: String, width: Int) { rows = FileRows(format: format, width: width) }

    func begin() { rows.begin(csv: ["label", "log_probability"], table: "  label") }

    func write(_ path: String, _ wave: Waveform, _ predictor: StepPredictor) throws {
        let (tokens, score) = try predictor.tokens(wave)
        let text = tokens.joined(separator: " ")
        switch rows.format {
        case "csv": rows.show(csv: [path, text, "\(Float(score))"])
        case "json":
            rows.show(json: [
                "file": path.encode(), "label": text.encode(), "tokens": tokens.encode(),
                "log_probability": Double(Float(score)).encode(),
            ])
        default: rows.show(path, "  \(text)")
        }
    }
}

/// Prints the segments of each file.
struct SegmentWriter: StepWriter {
    private let rows: FileRows

    init(format: String, width: Int) { rows = FileRows(format: format, width: width) }

    func begin() {
        rows.begin(
            csv: ["start", "end", "label", "probability"],
            table: Self.columns("start", "end", "label", "probability"))
    }

    func write(_ path: String, _ wave: Waveform, _ predictor: StepPredictor) throws {
        write(
            path,
            try predictor.frames(wave).predictedSegments.map { ($0, predictor.outputs[$0.label]) })
    }

    /// Prints the segments of a file with their labels.
    func write(_ path: String, _ segments: [(segment: ClassSegment, label: String)]) {
        if rows.format == "json" {
            return rows.show(json: [
                "file": path.encode(),
                "segments": JSONValue(
                    .list(
                        segments.map { segment, label in
                            [
                                "start": Self.rounded(segment.start).encode(),
                                "end": Self.rounded(segment.end).encode(), "label": label.encode(),
                                "probability": segment.probability.isFinite
                                    ? Double(Float(segment.probability)).encode() : .null,
                            ]
                        })),
            ])
        }
        for (segment, label) in segments {
            let (start, end) = (NumberText.fixed(segment.start, 3), NumberText.fixed(segment.end, 3))
            if rows.format == "csv" {
                let probability = segment.probability.isFinite ? "\(Float(segment.probability))" : ""
                rows.show(csv: [path, start, end, label, probability])
            } else {
                rows.show(path, Self.columns(start, end, label, NumberText.percent(segment.probability)))
            }
        }
    }

    private static func rounded(_ seconds: Double) -> Double { (seconds * 1000).rounded() / 1000 }

    private static func columns(_ start: String, _ end: String, _ label: String, _ share: String) -> String {
        func right(_ text: String) -> String {
            String(repeating: " ", count: max(0, 10 - text.count)) + text
        }
        return right(start) + right(end) + "  \(label.filled(to: 12))  \(share)"
    }
}
