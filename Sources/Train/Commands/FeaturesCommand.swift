import Autograd
import Configuration
import Foundation
import SpeechEmotion

extension Command {
    private static let pipeline = Option.path(
        "pipeline", "FILE", help: "How features are computed (JSON); MFCC, 40 x 200 at 16 kHz, unless given.")
    private static let out = Option.path(
        "out", "FILE",
        help: "Where to write: FILE.npy [files, ...] or FILE.csv; CSV on the screen unless given.")
    private static let keeping = Option.path(
        "cache", "FOLDER", help: "Keep features in this folder, and take what is there.")
    private static let threads = Option.integer(
        "threads", "N", in: 1...64, help: "How many threads; all cores unless given.")
    private static let describe = Switch(
        name: "describe", help: "Print the pipeline with all defaults, its shape and its fingerprint.")

    /// Computes features of sound files.
    static let features = Command(
        name: "features",
        summary: "Computes features of sound files and writes them as a table.",
        argument: Argument(
            placeholder: "PATH", help: "Sound files, or folders of them.", isRepeated: true,
            completion: .files),
        options: [pipeline, out, keeping, Common.cacheLimit, threads, describe],
        examples: [
            (
                "Train features recordings --pipeline Benchmarks/pipelines/summary105.json --out table.csv",
                "105 numbers for each file below a folder; one line a file."
            ),
            (
                "Train features a.wav b.flac --out features.npy",
                "MFCC of two files as an array [2, 200, 40] for Python; features.txt says which file is which row."
            ),
            ("Train features --describe --pipeline p.json", "Shows what a pipeline does."),
        ],
        run: runFeatures)

    private static func runFeatures(_ arguments: Arguments) throws {
        let pipeline =
            try arguments[pipeline].map { try FeaturePipeline.decode(JSONValue.load($0)) } ?? .init()
        let shape = try pipeline.outputShape()
        if arguments[describe] {
            print(pipeline.json)
            print("shape: \(shape)\nfingerprint: \(pipeline.fingerprint)")
            return
        }
        guard pipeline.normalize == .none else {
            throw UsageError(
                "the pipeline normalises by \(pipeline.normalize.rawValue), which takes data that say who speaks; set \"normalize\" to \"none\" to have the features of each file"
            )
        }
        if arguments.all.isEmpty { throw UsageError("which sound files? Name some, or a folder") }
        let paths = try arguments.all.flatMap(soundFiles)
        if paths.isEmpty { throw UsageError("no sound files in \(arguments.all.joined(separator: ", "))") }
        if let threads = arguments[threads] { Parallel.threads = threads }
        Interrupt.watch()

        let limit = try arguments.cacheLimit()
        let cache = arguments[keeping].map {
            FeatureCache(folder: $0, limit: limit, report: { Terminal.error($0) })
        }
        let work = FeaturesWork(
            paths: paths, shape: shape, names: pipeline.names,
            extraction: try FeatureExtraction(pipeline, cache: cache),
            isShown: arguments[out] != nil)
        switch arguments[out] {
        case nil: try work.writeCSV { print($0, terminator: "") }
        case let file? where file.hasSuffix(".npy"): try work.writeNpy(to: file)
        case let file? where file.hasSuffix(".csv"):
            try AtomicFile.write(to: file) { append in
                try withoutActuallyEscaping(append) { append in
                    try work.writeCSV { try Array($0.utf8).withUnsafeBytes(append) }
                }
            }
        case let file?:
            throw UsageError("--out: expected a name that ends in .npy or .csv, found \"\(file)\"")
        }
        if work.failures > 0 {
            throw FeaturesFailure(description: "\(work.failures) of \(paths.count) files have no features")
        }
    }

    private static func soundFiles(_ path: String) throws -> [String] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw UsageError("there is no \(path)")
        }
        return isFolder.boolValue ? try AudioFile.paths(inFolder: path) : [path]
    }
}

/// Some files had no features; which and why has been said.
private struct FeaturesFailure: Error, CustomStringConvertible {
    let description: String
}

/// The features of many files on their way into a table.
private final class FeaturesWork {
    let paths: [String]
    let shape: [Int]
    let names: [String]
    let extraction: FeatureExtraction
    /// Whether the screen is free for the progress.
    let isShown: Bool
    private(set) var failures = 0

    init(paths: [String], shape: [Int], names: [String], extraction: FeatureExtraction, isShown: Bool) {
        self.paths = paths
        self.shape = shape
        self.names = names
        self.extraction = extraction
        self.isShown = isShown
    }

    /// Calls `body` with each file's features; nil where there are none, which is said.
    private func each(_ body: (_ path: String, Features?) throws -> Void) throws {
        var progress = Progress(total: paths.count)
        let clock = ContinuousClock()
        let begin = clock.now
        var failed = 0
        try extraction(paths) { i, result in
            try Interrupt.check()
            switch result {
            case .success(let views): try body(paths[i], views.first)
            case .failure(let error):
                failed += 1
                let text = "\(error)"
                Terminal.error("error: \(text.contains(paths[i]) ? text : "\(paths[i]): \(text)")")
                try body(paths[i], nil)
            }
            if isShown { progress.update(i + 1, "files") }
        }
        failures = failed
        if isShown {
            let seconds = (clock.now - begin).seconds
            Terminal.error("\(paths.count) files, \(Int(Double(paths.count) / max(seconds, 1e-9))) a second")
        }
    }

    /// One line for a vector; one for each frame of a sequence up to the end of the sound, or each row of a picture.
    func writeCSV(_ write: (String) throws -> Void) throws {
        let isVector = shape.count == 1
        let columns =
            shape.count == 3 ? (0..<shape[1]).flatMap { x in names.map { "\(x)_\($0)" } } : names
        try write(((isVector ? ["file"] : ["file", "row"]) + columns).joined(separator: ",") + "\n")
        let width = columns.count
        try each { path, features in
            guard let features else { return }
            let name = CSVCell.quoted(path)
            for row in 0..<(isVector ? 1 : min(features.length ?? shape[0], shape[0])) {
                var line = isVector ? name : "\(name),\(row)"
                for value in features.values[row * width..<(row + 1) * width] { line += ",\(value)" }
                try write(line + "\n")
            }
        }
    }

    /// One array of all files. Files without features are rows of NaN.
    func writeNpy(to file: String) throws {
        let size = shape.reduce(1, *)
        try Npy.write(shape: [paths.count] + shape, to: file) { append in
            try withoutActuallyEscaping(append) { append in
                try each { _, features in
                    try append(features?.values ?? [Float](repeating: .nan, count: size))
                }
            }
        }
        let list = paths.map { $0 + "\n" }.joined()
        try AtomicFile.write(Data(list.utf8), to: String(file.dropLast(3)) + "txt")
    }
}
