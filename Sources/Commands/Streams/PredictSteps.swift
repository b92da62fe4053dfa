import Autograd
import Configuration
import Foundation
import Lab
import Metrics
import Reports
import SpeechEmotion

extension Command {
    /// Predicts the tokens or the segments of files and folders.
    static func predictSteps(
        _ arguments: Arguments, _ predictor: StepPredictor, format: String
    ) throws {
        let kind = predictor.vocabulary == nil ? "frame classification" : "sequence labeling"
        for name in [
            "tta", "attention", "saliency", "output", "adapt", "plots", "timeline", "window", "step",
            "truncate",
            "stateful", "rate", "segments",
        ] where arguments.has(name) {
            throw UsageError("--\(name) does not apply to a \(kind) model")
        }
        guard !arguments.all.contains("-") else {
            throw UsageError("- does not apply to a \(kind) model; pass files or folders")
        }
        let paths = try audioFiles(arguments.all)
        let writer: any StepWriter =
            predictor.vocabulary == nil
            ? SegmentWriter(format: format, paths) : TokenWriter(format: format, paths)
        writer.begin()
        try eachFile(paths) { path in
            try writer.write(path, AudioFile.read(path, rate: predictor.pipeline.sampleRate), predictor)
        }
    }

    /// Calls `body` with each file, and prints the errors of files that fail. Throws at the end if there are any.
    static func eachFile(_ paths: [String], _ body: (String) throws -> Void) throws {
        var failures = 0
        for path in paths {
            try Interrupt.check()
            do { try body(path) } catch {
                failures += 1
                let text = "\(error)"
                Terminal.error("error: \(text.contains(path) ? text : "\(path): \(text)")")
            }
        }
        if failures > 0 {
            throw LabError("\(failures) of \(NumberText.count(paths.count, "file")) could not be read")
        }
    }

    /// Returns the given files, and the audio files below the given folders. Throws for a folder without audio files.
    static func audioFiles(_ arguments: [String]) throws -> [String] {
        try arguments.flatMap { path -> [String] in
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue
            else { return [path] }
            let found = try AudioFile.paths(inFolder: path)
            guard !found.isEmpty else {
                throw LabError("\(path): no audio files in this folder; allowed: \(AudioFile.readable)")
            }
            return found
        }
    }
}

/// Prints the predictions of a model with an output for every step.
private protocol StepWriter {
    func begin()
    func write(_ path: String, _ wave: Waveform, _ predictor: StepPredictor) throws
}

/// Prints the tokens of each file.
private struct TokenWriter: StepWriter {
    private let format: String
    private let width: Int

    init(format: String, _ paths: [String]) {
        self.format = format
        width = max(4, min(paths.map(\.count).max() ?? 0, 120))
    }

    func begin() {
        if format == "csv" { Terminal.show("file,label,log_probability\n") }
        if format == "table" {
            Terminal.show("file".padding(toLength: width, withPad: " ", startingAt: 0) + "  label\n")
        }
    }

    func write(_ path: String, _ wave: Waveform, _ predictor: StepPredictor) throws {
        let (tokens, score) = try predictor.tokens(wave)
        let text = tokens.joined(separator: " ")
        switch format {
        case "csv":
            Terminal.show([path, text, "\(Float(score))"].map(CSV.cell).joined(separator: ",") + "\n")
        case "json":
            let line: JSONValue = [
                "file": path.encode(), "label": text.encode(), "tokens": tokens.encode(),
                "log_probability": Double(Float(score)).encode(),
            ]
            Terminal.show(line.line + "\n")
        default:
            Terminal.show(
                path.onOneLine.padding(toLength: max(width, path.count), withPad: " ", startingAt: 0)
                    + "  \(text)\n")
        }
    }
}

/// Prints the segments of each file.
struct SegmentWriter: StepWriter {
    private let format: String
    private let width: Int

    init(format: String, _ paths: [String]) {
        self.format = format
        width = max(4, min(paths.map(\.count).max() ?? 0, 120))
    }

    func begin() {
        if format == "csv" { Terminal.show("file,start,end,label,probability\n") }
        if format == "table" { Terminal.show(line("file", "start", "end", "label", "probability")) }
    }

    func write(_ path: String, _ wave: Waveform, _ predictor: StepPredictor) throws {
        write(
            path,
            try predictor.frames(wave).predictedSegments.map { ($0, predictor.outputs[$0.label]) })
    }

    /// Prints the segments of a file with their labels.
    func write(_ path: String, _ segments: [(segment: ClassSegment, label: String)]) {
        if format == "json" {
            let json: JSONValue = [
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
            ]
            Terminal.show(json.line + "\n")
            return
        }
        for (segment, label) in segments {
            let times = [segment.start, segment.end].map { NumberText.fixed($0, 3) }
            if format == "csv" {
                let probability = segment.probability.isFinite ? "\(Float(segment.probability))" : ""
                let cells = [path, times[0], times[1], label, probability]
                Terminal.show(cells.map(CSV.cell).joined(separator: ",") + "\n")
            } else {
                Terminal.show(
                    line(path.onOneLine, times[0], times[1], label, NumberText.percent(segment.probability)))
            }
        }
    }

    private static func rounded(_ seconds: Double) -> Double { (seconds * 1000).rounded() / 1000 }

    private func line(_ file: String, _ start: String, _ end: String, _ label: String, _ share: String)
        -> String
    {
        func right(_ text: String) -> String {
            String(repeating: " ", count: max(0, 10 - text.count)) + text
        }
        return file.padding(toLength: max(width, file.count), withPad: " ", startingAt: 0) + right(start)
            + right(end) + "  \(label.padding(toLength: max(12, label.count), withPad: " ", startingAt: 0))"
            + "  \(share)\n"
    }
}
