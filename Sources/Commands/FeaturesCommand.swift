import Autograd
import Configuration
import Foundation
import Lab
import SpeechEmotion

extension Command {
    private static let pipeline = Option.path(
        "pipeline", "FILE",
        help:
            "The feature pipeline: a JSON file, or an experiment; 40 MFCC in 200 frames at 16 kHz unless given. An experiment or run named as data has its own."
    )
    private static let model = Option.path(
        "model", "RUN|FILE", help: "Takes the feature pipeline of a trained model: a run, or a model file.")
    private static let layer = Option.text(
        "layer", "NAME",
        help:
            "Writes the output of a layer of the model instead of its input: its number, such as 7; inside other layers 0.13 or encoder.2, as in the names of weights."
    )
    private static let out = Option.path(
        "out", "FILE",
        help:
            "FILE.npy [clips, ...], with FILE.csv (path, label, speaker and all else known of each clip) and for sequences FILE.lengths.npy (frames that are not padding); or FILE.csv. CSV on the screen unless given."
    )
    private static let keeping = Option.path(
        "cache", "FOLDER", help: "Keep features in this folder, and take what is there.")
    private static let threads = Option.integer(
        "threads", "N", in: 1...64, help: "How many threads; all cores unless given.")
    private static let describe = Switch(
        name: "describe", help: "Print the pipeline with all defaults, its shape and its fingerprint.")

    /// Computes features of recordings.
    static let features = Command(
        name: "features",
        summary: "Computes features of recordings, or a model's embeddings of them, for other programs.",
        argument: Argument(
            placeholder: "PATH|DATA", help: FeatureInput.help, isRepeated: true, completion: .files),
        options: [pipeline, model, layer, out, Common.set, keeping, Common.cacheLimit, threads, describe],
        examples: [
            (
                "Train features ravdess:/data/RAVDESS --model runs/quickstart --out x.npy",
                "The model's input for a corpus: x.npy, x.lengths.npy, and x.csv with label, speaker and more."
            ),
            (
                "Train features runs/quickstart --layer 7 --out embeddings.npy",
                "What layer 7 makes of each clip of a run; embeddings.csv has its fold and subset."
            ),
            (
                "Train features recordings --pipeline Benchmarks/pipelines/summary105.json --out table.csv",
                "105 numbers for each file below a folder; one line a file."
            ),
            ("Train features --describe --pipeline p.json", "Shows what a pipeline does."),
        ],
        run: runFeatures)

    private static func runFeatures(_ arguments: Arguments) throws {
        if arguments[Common.cacheLimit] != nil, arguments[keeping] == nil {
            throw UsageError("--cache-limit needs --cache: no features are cached without it")
        }
        if let name = arguments[model] { try FeatureInput.checkSingle(name) }
        if arguments[pipeline] != nil, arguments[model] != nil {
            throw UsageError("--pipeline and --model both name a feature pipeline; give one of them")
        }
        if arguments[describe], arguments.all.isEmpty {
            return try describe(try namedPipeline(arguments) ?? FeaturePipeline())
        }
        let input = try FeatureInput.read(arguments.all, settings: arguments.every(Common.set))
        let predictor = try predictor(arguments, input)
        let pipeline =
            try predictor?.pipeline ?? namedPipeline(arguments) ?? input.experiment?.features
            ?? FeaturePipeline()
        if arguments[describe] { return try describe(pipeline) }
        guard pipeline.normalize == .none else {
            throw UsageError(
                "the pipeline normalizes by \(pipeline.normalize.rawValue), over many clips of a speaker in one subset; set \"normalize\" to \"none\" in a pipeline of your own to get the features of each clip by itself"
            )
        }
        let embedding = try arguments[layer].map { name in
            guard let predictor else {
                throw UsageError(
                    "--layer needs a trained model: name it with --model, as a run or a model file")
            }
            return try LayerEmbedding(
                predictor.model, layer: name, file: arguments[model] ?? input.run ?? "the model")
        }
        if let threads = arguments[threads] { Parallel.threads = threads }
        Interrupt.watch()

        let limit = try arguments.cacheLimit()
        let writer = try FeatureWriter(
            input, pipeline, embedding,
            cache: arguments[keeping].map {
                FeatureCache(folder: $0, limit: limit, report: { Terminal.error($0) })
            },
            showsProgress: arguments[out] != nil)
        switch arguments[out] {
        case nil: try writer.writeCSV { print($0, terminator: "") }
        case let file? where file.hasSuffix(".npy"): try writer.writeNpy(to: file)
        case let file? where file.hasSuffix(".csv"):
            try AtomicFile.write(to: file) { append in
                try withoutActuallyEscaping(append) { append in
                    try writer.writeCSV { try Array($0.utf8).withUnsafeBytes(append) }
                }
            }
        case let file?:
            throw UsageError("--out: expected a name that ends in .npy or .csv, found \"\(file)\"")
        }
        if writer.failures > 0 {
            throw FeaturesFailure(
                description: "\(writer.failures) of \(input.clips.count) files have no features")
        }
    }

    private static func describe(_ pipeline: FeaturePipeline) throws {
        print(pipeline.json)
        print("shape: \(try pipeline.outputShape())\nfingerprint: \(pipeline.fingerprint)")
    }

    /// The trained model, where one is named or a layer of a run is wanted.
    private static func predictor(_ arguments: Arguments, _ input: FeatureInput) throws -> Predictor? {
        if let model = arguments[model] { return try Predictor(model) }
        guard arguments[layer] != nil, arguments[pipeline] == nil, let run = input.run else { return nil }
        return try Predictor(run)
    }

    /// The pipeline of a JSON file, of an experiment, or of a model.
    private static func namedPipeline(_ arguments: Arguments) throws -> FeaturePipeline? {
        if let model = arguments[model] { return try Predictor(model).pipeline }
        return try arguments[pipeline].map { file in
            if file.hasSuffix(".safetensors") || FeatureInput.isRun(file) {
                throw UsageError("--pipeline \(file): this is a trained model; name it with --model")
            }
            let json = try JSONValue.load(file)
            guard json["layout"] == nil, let features = json["features"] else {
                return try FeaturePipeline.decode(json)
            }
            return try FeaturePipeline.decode(features)
        }
    }
}

/// Some files had no features; which and why has been reported.
private struct FeaturesFailure: Error, CustomStringConvertible {
    let description: String
}
