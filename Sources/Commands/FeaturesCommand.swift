import Autograd
import Configuration
import Foundation
import Lab
import Reports
import SpeechEmotion

extension Command {
    private static let pipeline = Option.path(
        "pipeline", "FILE",
        help:
            "Feature pipeline: a JSON file with a pipeline or an experiment (default: that of the experiment or run given as data, else 40 MFCCs in 200 frames at 16 kHz)."
    )
    private static let model = Option.path(
        "model", "RUN|FILE",
        help: "Use the feature pipeline of a trained model: a run folder or a model file.")
    private static let layer = Option.text(
        "layer", "NAME",
        help:
            "Write the output of a layer instead of the model's input (embeddings). Layers are named as in the weights: 7, or 0.13 and encoder.2 for nested layers."
    )
    private static let out = Option.path(
        "out", "FILE",
        help:
            "FILE.npy writes an array [clips, ...], FILE.csv with the metadata of the clips (if any are truncated, the column truncated has the seconds cut from each clip), and FILE.lengths.npy with the number of valid frames of each sequence. FILE.csv writes a table. Default: CSV to standard output."
    )
    private static let keeping = Option.path(
        "cache", "FOLDER", help: "Folder of the feature cache (default: no cache).")
    private static let threads = Option.integer(
        "threads", "K", in: 1...64, help: "Number of threads (default: all cores).")
    private static let part = Option(
        name: "part", placeholder: "I/N",
        help:
            "Compute the features of every N-th clip, starting with the I-th, and keep them in the cache. Requires --cache.",
        read: ClipPart.init, expected: ClipPart.expected)
    private static let slurm = Option.path(
        "slurm", "FILE",
        help:
            "Write a Slurm script whose tasks compute the features of parts of the clips and keep them in the cache, which must be in a shared folder. Requires --cache and --parts."
    )
    private static let parts = Option.integer(
        "parts", "N", in: ClipPart.counts, help: "Number of tasks of the Slurm script.")
    private static let describe = Switch(
        name: "describe", help: "Print the pipeline with all defaults, its output shape and its fingerprint.")

    /// Computes features of recordings.
    static let features = Command(
        name: "features",
        summary: "Compute features or model embeddings of recordings, for use in other programs.",
        argument: Argument(
            placeholder: "PATH|DATA", help: FeatureInput.help, isRepeated: true, isOptional: true,
            completion: .files),
        options: [
            pipeline, model, layer, out, Common.set, keeping, Common.cacheLimit, threads, part, slurm, parts,
            Common.slurmOptions, Common.slurmArray, describe,
        ],
        rules: [
            .useless(
                [layer, out, keeping, Common.cacheLimit, threads, part, slurm, parts], with: describe),
            .requires([Common.cacheLimit, part, slurm], keeping),
            .exclusive(pipeline, [model]),
            .exclusive(part, [slurm, layer, out], because: "--part fills the cache"),
            .exclusive(slurm, [layer, out], because: "its tasks fill the cache"),
            .requires([parts, Common.slurmOptions, Common.slurmArray], slurm), .requires([slurm], parts),
        ],
        examples: [
            (
                "Train features ravdess:/data/RAVDESS --model runs/quickstart --out x.npy",
                "Write the model's input for a corpus: x.npy, x.lengths.npy and x.csv with labels, speakers and other metadata."
            ),
            (
                "Train features runs/quickstart --layer 7 --out embeddings.npy",
                "Write the output of layer 7 for each clip of a run; embeddings.csv contains fold and subset."
            ),
            (
                "Train features recordings --pipeline Benchmarks/pipelines/summary105.json --out table.csv",
                "Write 105 features per file in a folder, one line per file."
            ),
            (
                "Train features CONFIG --cache /shared/cache --cache-limit unlimited --slurm features.sh --parts 64 --threads 8",
                "Write a Slurm script that computes the features of a large corpus in 64 tasks; run the experiment with the same cache afterwards."
            ),
            ("Train features --describe --pipeline p.json", "Show a pipeline with all defaults."),
        ],
        run: runFeatures)

    private static func runFeatures(_ arguments: Arguments) throws {
        if let name = arguments[model] { try FeatureInput.checkSingle(name) }
        if arguments[describe], arguments.all.isEmpty {
            return try describe(try namedPipeline(arguments) ?? FeaturePipeline())
        }
        var input = try FeatureInput.read(arguments.all, settings: arguments.every(Common.set))
        let predictor = try predictor(arguments, input)
        let pipeline =
            try predictor?.pipeline ?? namedPipeline(arguments) ?? input.experiment?.features
            ?? FeaturePipeline()
        if arguments[describe] { return try describe(pipeline) }
        guard pipeline.normalize == .none else {
            throw UsageError(
                "the pipeline normalizes by \(pipeline.normalize.group), which requires all clips of a speaker in a subset; use a pipeline with \"normalize\": \"none\" to compute the features of single clips"
            )
        }
        if arguments[slurm] != nil || arguments[part] != nil,
            let clip = input.clips.first(where: { if case .file = $0.source { false } else { true } })
        {
            throw UsageError(
                "--slurm and --part fill the cache, which only keeps features of audio files; found the synthetic clip \(clip.id). Use a corpus of files, or omit the option"
            )
        }
        if let file = arguments[slurm] { return try writeScript(to: file, arguments, input.clips.count) }
        if let part = arguments[part] { input.clips = part.of(input.clips) }
        let embedding = try arguments[layer].map { name in
            guard let predictor else {
                throw UsageError(
                    "--layer requires a trained model; add --model with a run folder or a model file")
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
            showsProgress: arguments[out] != nil || arguments[part] != nil)
        switch arguments[out] {
        case nil where arguments[part] != nil: try writer.fillCache()
        case nil: try writer.writeCSV { print($0, terminator: "") }
        case let file? where file.hasSuffix(".npy"): try writer.writeNpy(to: file)
        case let file? where file.hasSuffix(".csv"):
            try AtomicFile.write(to: file) { append in
                try withoutActuallyEscaping(append) { append in
                    try writer.writeCSV { try Array($0.utf8).withUnsafeBytes(append) }
                }
            }
        case let file?:
            throw UsageError("--out: expected a file name ending in .npy or .csv, found \"\(file)\"")
        }
        if writer.failures > 0 {
            throw InputError(
                "the features of \(writer.failures) of \(NumberText.count(input.clips.count, "file")) could not be computed"
            )
        }
    }

    /// Writes a script with a task for each part of the clips.
    private static func writeScript(to file: String, _ arguments: Arguments, _ clips: Int) throws {
        let count = min(arguments[parts] ?? 1, max(clips, 1))
        let threads = arguments[threads] ?? Parallel.threads
        let own = commandLine(
            Array(CommandLine.arguments.dropFirst()),
            options: [
                slurm.name, parts.name, Common.slurmOptions.name, Common.slurmArray.name, Self.threads.name,
            ])
        let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().path
        let commands = (1...count).map {
            Shell.line([program] + own + ["--threads", "\(threads)", "--part", "\($0)/\(count)"])
        }
        let path = URL(fileURLWithPath: file).path
        let script = SlurmScript(
            name: "features", commands: commands, threads: threads,
            folder: FileManager.default.currentDirectoryPath,
            logs: (path as NSString).deletingLastPathComponent, arraySize: arguments.slurmArraySize,
            options: try arguments.slurmOptions(),
            submissionName: ((path as NSString).lastPathComponent as NSString).deletingPathExtension
                + "-submit.sh")
        let written = try WrittenScript(script, path: path)
        print(
            """
            Wrote \(written.summary), for \(NumberText.count(clips, "clip")).
            Submit it, then use the features with the same --cache:
                \(written.command)
            """)
    }

    private static func describe(_ pipeline: FeaturePipeline) throws {
        print(pipeline.json)
        print("shape: \(try pipeline.outputShape())\nfingerprint: \(pipeline.fingerprint)")
    }

    /// The trained model, if one is given or a layer of a run is requested.
    private static func predictor(_ arguments: Arguments, _ input: FeatureInput) throws -> Predictor? {
        if let model = arguments[model] { return try Predictor(model) }
        guard arguments[layer] != nil, arguments[pipeline] == nil, let run = input.run else { return nil }
        return try Predictor(run)
    }

    /// The pipeline of a JSON file, an experiment or a model.
    private static func namedPipeline(_ arguments: Arguments) throws -> FeaturePipeline? {
        if let model = arguments[model] { return try Predictor(model).pipeline }
        return try arguments[pipeline].map { file in
            if file.hasSuffix(".safetensors") || FeatureInput.isRun(file) {
                throw UsageError("--pipeline \(file): this is a trained model; use --model")
            }
            let json = try JSONValue.load(file)
            guard json["layout"] == nil, let features = json["features"] else {
                return try FeaturePipeline.decode(json)
            }
            return try FeaturePipeline.decode(features)
        }
    }
}
