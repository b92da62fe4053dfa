import Autograd
import Configuration
import Foundation
import Lab
import Reports
import SpeechEmotion

extension Command {
    private static let model = Option.path(
        "model", "RUN|FILE",
        help: "Run folder or model file (default: PROSODY_MODEL, or the bundled pretrained model).")
    private static let format = Option.choice(
        "format", ["table", "json", "csv"],
        help: "Output format: a table, one line of JSON per file, or CSV (default: table).")
    private static let attention = Switch(
        name: "attention", help: "With --format json: include the attention weights over time.")
    private static let saliency = Option.choice(
        "saliency", Saliency.Method.allCases.map(\.rawValue),
        help:
            "Compute a saliency map for the predicted class, or for the first target; with --format json, each line contains it. Long recordings are truncated, as with --truncate."
    )
    private static let adapt = Option.choice(
        "adapt", SpeakerAdaptation.allCases.map(\.rawValue),
        help:
            "Adapt the model to the speaker of all files, without labels: batch-norm re-estimates the statistics of batch normalization on all of them; normalization normalizes with the files so far, in their order."
    )
    private static let output = Option.text(
        "output", "NAME",
        help:
            "With --saliency: the output to explain, by the name of a class, of a target, or TARGET:CLASS (default: the predicted class, or the prediction of the first main target)."
    )
    private static let plots = Option.path(
        "plots", "FOLDER", help: "With --saliency: write an SVG image for each recording to this folder.")
    private static let rate = Option.integer(
        "rate", "HZ", in: 1000...768_000,
        help: "With -: sample rate of raw audio (default: 16000).")
    private static let window = Option.number(
        "window", "SECONDS", in: 0.1...600,
        help:
            "Window length (default: the length of the model's input, at most 3 s with -). A shorter recording is a single window."
    )
    private static let step = Option.number(
        "step", "SECONDS", in: 0.05...600,
        help: "Hop between windows (default: half a window; 1 s with -).")
    private static let timeline = Switch(
        name: "timeline",
        help:
            "Print the prediction for each window of a recording, even if there is only one. JSON always includes the windows of long recordings."
    )
    private static let stateful = Switch(
        name: "stateful",
        help:
            "With -: predict with a causal model that keeps its state. Each prediction, one per --step, uses all audio since the beginning of the stream."
    )
    private static let segmented = Option.path(
        "segments", "energy|bundled|RUN|FILE",
        help:
            "Predict each speech segment and print a timeline. Segments are detected as by Train segments: by energy, by the bundled model, or by the model of a run or model file."
    )
    private static let truncate = Switch(
        name: "truncate",
        help:
            "Truncate long recordings to the model's input, as in training and evaluation, instead of using windows."
    )

    /// Predicts the emotion of recordings.
    static let predict: Command = Command(
        name: "predict",
        summary:
            "Predict the emotion in audio files, folders or an audio stream; long recordings are split into windows.",
        argument: Argument(
            placeholder: "FILES|FOLDER|-",
            help:
                "Audio files, folders (searched recursively), or - for audio from standard input: a WAV file, or raw samples (16-bit little-endian mono).",
            isRepeated: true, completion: .files),
        options: [
            model, Common.tta, format, attention, saliency, output, adapt, plots, timeline, segmented, window,
            step, truncate, stateful, rate,
            Common.threads,
            Common.cache, Common.cacheLimit, Common.noCache,
        ],
        rules: [
            .exclusive(timeline, [truncate], because: "truncated recordings have no windows"),
            .exclusive(
                segmented,
                [
                    timeline, window, step, truncate, saliency, adapt, Common.cache, Common.cacheLimit,
                ]),
            .requires([plots, output], saliency),
            .exclusive(stateful, [window, attention], because: "there are no windows"),
        ],
        examples: [
            (
                "Train predict some.wav --model runs/quickstart",
                "Print the predicted class and the probabilities of all classes."
            ),
            (
                "Train predict recordings --model runs/quickstart --format csv > table.csv",
                "Write one line per file."
            ),
            (
                "Train predict interview.wav --timeline",
                "Print a prediction for the recording and for each window of it."
            ),
            (
                "Train predict interview.wav --segments energy --format json",
                "Predict every segment of speech, with its start and end."
            ),
            (
                "arecord -f S16_LE -r 16000 -c 1 -t raw | Train predict - --model runs/quickstart",
                "Predict live from the microphone, once per second."
            ),
            (
                "arecord -f S16_LE -r 16000 -c 1 -t wav | Train predict - --model runs/streaming --stateful",
                "Predict live with a causal model, which uses all audio since the beginning."
            ),
            (
                "Train predict some.wav --model runs/quickstart --saliency grad_cam --plots pictures",
                "Draw where in time the model finds evidence for the predicted class."
            ),
        ],
        run: { arguments in
            guard !arguments.all.isEmpty else {
                throw UsageError("missing argument: audio files, a folder, or -")
            }
            let isStream = arguments.all.contains("-")
            try checkOptions(arguments, isStream: isStream)
            Interrupt.watch()
            arguments.applyThreads()
            if let path = arguments[model], let predictor = try StepPredictor(path) {
                return try predictSteps(arguments, predictor, format: arguments[format] ?? "table")
            }
            let predictor = try predictor(arguments)
            if let source = arguments[segmented] {
                return try predictSegments(arguments, predictor, by: source)
            }
            let options = WindowOptions(
                window: arguments[window], step: arguments[step],
                truncates: arguments[truncate] || arguments[saliency] != nil)
            isStream
                ? try predictStream(arguments, predictor, options)
                : try predictFiles(arguments, predictor, options)
        })

    /// The model that `--model` names: of a cross-validation, the ensemble of its models.
    private static func predictor(_ arguments: Arguments) throws -> Predictor {
        let path = try arguments[model] ?? DefaultModel.path()
        guard RunSet.ablationFolder(path) != nil else { return try Predictor(path, tta: arguments.tta()) }
        let runs = try RunSet.reportedOne(path).records.map(\.path)
        guard runs.count > 1 else { return try Predictor(runs[0], tta: arguments.tta()) }
        if let note = try Ensemble.decisionNote(runs) { Terminal.error("note: \(note)") }
        return try Predictor(combining: runs, tta: arguments.tta())
    }

    /// Predicts the tokens or the segments of files and folders.
    private static func predictSteps(
        _ arguments: Arguments, _ predictor: StepPredictor, format: String
    ) throws {
        let kind = predictor.vocabulary == nil ? "frame classification" : "sequence labeling"
        for name in [
            "tta", "attention", "saliency", "output", "adapt", "plots", "timeline", "window", "step",
            "truncate", "stateful", "rate", "segments", "cache", "cache-limit",
        ] where arguments.has(name) {
            throw UsageError("--\(name) does not apply to a \(kind) model")
        }
        guard !arguments.all.contains("-") else {
            throw UsageError("- does not apply to a \(kind) model; pass files or folders")
        }
        var files = try InputFiles(arguments.all)
        let writer: any StepWriter =
            predictor.vocabulary == nil
            ? SegmentWriter(format: format, width: files.width)
            : TokenWriter(format: format, width: files.width)
        writer.begin()
        try files.each { path in
            try writer.write(path, AudioFile.read(path, rate: predictor.pipeline.sampleRate), predictor)
        }
    }

    /// Predicts the segments of speech in files.
    private static func predictSegments(
        _ arguments: Arguments, _ predictor: Predictor, by source: String
    ) throws {
        let detector =
            try source == "energy"
            ? SpeechDetector() : SpeechDetector(model: BundledModel.voiceActivityPath(source))
        var files = try InputFiles(arguments.all)
        let writer = PredictionWriter(
            predictor, format: arguments[format] ?? "table",
            .init(attention: arguments[attention], timeline: true, counts: true))
        writer.begin(width: files.width)
        try files.each { path in
            writer.write(
                path,
                try predictor.prediction(ofFile: path, segments: detector, attention: arguments[attention]))
        }
    }

    /// Throws if an option would have no effect.
    private static func checkOptions(_ arguments: Arguments, isStream: Bool) throws {
        let format = arguments[format] ?? "table"
        if arguments[attention], format != "json" { throw UsageError("--attention requires --format json") }
        if arguments[timeline], format == "json" {
            throw UsageError(
                "--timeline applies to tables and CSV; --format json always includes the windows")
        }
        if arguments[segmented] != nil, isStream { throw UsageError("--segments applies to files") }
        if arguments[adapt] != nil, isStream || arguments[saliency] != nil {
            throw UsageError("--adapt applies to files, without --saliency")
        }
        if arguments[saliency] != nil {
            guard format == "json" || arguments[plots] != nil else {
                throw UsageError("--saliency requires --format json, or --plots FOLDER for images")
            }
            guard !isStream, !arguments[timeline] else {
                throw UsageError("--saliency applies to files without --timeline")
            }
        }
        if arguments[stateful], !isStream {
            throw UsageError("--stateful applies to audio from standard input (-)")
        }
        guard isStream else {
            if arguments[rate] != nil {
                throw UsageError(
                    "--rate applies to raw audio from standard input (-); audio files contain their sample rate"
                )
            }
            return
        }
        guard arguments.all == ["-"] else {
            throw UsageError("- (audio from standard input) must be the only argument")
        }
        for option in [timeline, truncate] where arguments[option] {
            throw UsageError(
                "--\(option.name) applies to files; with -, every window of the stream is printed")
        }
        for name in [Common.cache.name, Common.cacheLimit.name, Common.noCache.name] where arguments.has(name)
        {
            throw UsageError("--\(name) applies to files; the features of a stream are not cached")
        }
    }

    private static func predictStream(
        _ arguments: Arguments, _ predictor: Predictor, _ options: WindowOptions
    ) throws {
        guard predictor.pipeline.normalize == .none else {
            throw UsageError(
                "this model normalizes features by \(predictor.pipeline.normalize.group), which requires all recordings of a \(predictor.pipeline.normalize.group) and is not possible for a stream; pass files instead"
            )
        }
        let input = SampleStream(rate: arguments[rate])
        let writer = PredictionWriter(
            predictor, format: arguments[format] ?? "table",
            .init(attention: arguments[attention], isStream: true))
        if arguments[stateful] {
            try LiveStates(step: arguments[step] ?? 1).run(input, predictor, writer)
        } else {
            let windows: RecordingWindows
            do { windows = try predictor.streamWindows(options) } catch { throw UsageError("--\(error)") }
            try LiveWindows(windows: windows).run(input, predictor, writer)
        }
    }

    private static func predictFiles(
        _ arguments: Arguments, _ predictor: Predictor, _ options: WindowOptions
    ) throws {
        let windows: RecordingWindows?
        do { windows = try predictor.windows(options) } catch { throw UsageError("--\(error)") }
        if arguments[timeline], windows == nil {
            throw UsageError(
                "--timeline: this model accepts recordings of any length; set the window length with --window"
            )
        }
        let saliency = try SaliencyOutput(
            predictor, arguments[saliency], output: arguments[output], folder: arguments[plots])
        let writer = PredictionWriter(
            predictor, format: arguments[format] ?? "table",
            .init(
                attention: arguments[attention], timeline: arguments[timeline], counts: windows != nil))
        var files = try InputFiles(arguments.all)
        let paths = files.paths
        let adaptation = arguments[adapt].flatMap(SpeakerAdaptation.init)
        let isOneSpeaker = predictor.pipeline.normalize != .none || adaptation != nil
        let normalized = predictor.pipeline.normalize.group
        if let adaptation {
            Terminal.error(
                paths.count == 1
                    ? "--adapt \(adaptation.rawValue): a single file is not representative: pass all files of the speaker"
                    : "--adapt \(adaptation.rawValue): the \(paths.count) files are treated as one speaker"
            )
        } else if isOneSpeaker {
            Terminal.error(
                paths.count == 1
                    ? "this model normalizes features by \(normalized), and a single file is not representative: pass all files of the \(normalized)"
                    : "this model normalizes features by \(normalized): the \(paths.count) files are treated as one \(normalized)"
            )
        }
        // Progress goes to standard error, predictions to standard output.
        let shows = paths.count > 32 && !Terminal.isInteractive && isatty(STDERR_FILENO) == 1
        writer.begin(width: files.width)
        var (done, cut) = (0, 0)
        var progress = LongRecordingProgress()
        try predictor.predict(
            paths, windows: options, cache: try arguments.featureCache(), attention: arguments[attention],
            adaptation: adaptation,
            check: { index in
                try Interrupt.check()
                if shows, isOneSpeaker, index % 100 == 0 {
                    Terminal.error("read \(index) of \(paths.count) files")
                }
            },
            progress: { index, seconds in
                try Interrupt.check()
                progress.update(paths[index], seconds)
            }
        ) { index, result in
            try Interrupt.check()
            switch result {
            case .success(let prediction):
                var shown = prediction
                if arguments[timeline], prediction.windows.isEmpty, let windows {
                    let end = try Predictor.duration(ofFile: paths[index])
                    shown.windows = [
                        .init(
                            start: windows.lead, end: end, prediction: prediction.summary,
                            warnings: prediction.warnings)
                    ]
                }
                writer.write(
                    paths[index], shown,
                    saliency: try saliency?.compute(paths[index], prediction.summary))
                if !prediction.windows.isEmpty { cut += 1 }
            case .failure(let error): files.fail(paths[index], error)
            }
            done += 1
            if shows, done % 100 == 0 { Terminal.error("\(done) of \(paths.count) files") }
        }
        if cut > 0, !arguments[timeline], arguments[format] != "json", let windows {
            Terminal.error(
                "\(cut) of \(NumberText.count(done, "recording")) \(cut == 1 ? "is" : "are") longer than a window of \(NumberText.trimmed(NumberText.fixed(windows.length))) s: predictions are averaged over windows; --timeline prints each window, --truncate uses only the first"
            )
        }
        try files.checkFailures()
    }
}

/// Prints how much of a long recording is done, every ten minutes of it.
private struct LongRecordingProgress {
    private var path = ""
    private var minutes = 0

    mutating func update(_ path: String, _ seconds: Double) {
        if path != self.path { (self.path, minutes) = (path, 0) }
        let now = Int(seconds / 60)
        guard now / 10 > minutes / 10 else { return }
        minutes = now
        Terminal.error("\(path): \(now) minutes predicted")
    }
}
