import Autograd
import Configuration
import Foundation
import Lab
import Reports
import SpeechEmotion

extension Command {
    /// Predicts the tokens of files and folders.
    static func predictSequences(
        _ arguments: Arguments, _ predictor: SequencePredictor, format: String
    ) throws {
        for name in [
            "tta", "attention", "saliency", "output", "adapt", "plots", "timeline", "window", "step",
            "truncate", "stateful",
            "rate",
        ] where arguments.has(name) {
            throw UsageError("--\(name) does not apply to a model of label sequences")
        }
        guard !arguments.all.contains("-") else {
            throw UsageError("- does not apply to a model of label sequences; pass files or folders")
        }
        let paths = try audioFiles(arguments.all)
        let width = max(4, min(paths.map(\.count).max() ?? 0, 120))
        if format == "csv" { Terminal.show("file,label,log_probability\n") }
        if format == "table" {
            Terminal.show("file".padding(toLength: width, withPad: " ", startingAt: 0) + "  label\n")
        }
        var failures = 0
        for path in paths {
            try Interrupt.check()
            do {
                let (tokens, score) = try predictor.predict(file: path)
                let text = tokens.joined(separator: " ")
                switch format {
                case "csv":
                    Terminal.show(
                        [path, text, "\(Float(score))"].map(CSV.cell).joined(separator: ",") + "\n")
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
            } catch {
                failures += 1
                let text = "\(error)"
                Terminal.error("error: \(text.contains(path) ? text : "\(path): \(text)")")
            }
        }
        if failures > 0 { throw LabError("\(failures) of \(paths.count) files could not be read") }
    }

    /// Returns the given files, and the audio files below the given folders. Throws for a folder without audio files.
    private static func audioFiles(_ arguments: [String]) throws -> [String] {
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
