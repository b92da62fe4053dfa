import Autograd
import Configuration
import Foundation
import Lab
import SpeechEmotion

extension Command {
    private static let model = Option.path(
        "model", "RUN|FILE",
        help: "The folder of a run, or a model file; the model that comes along unless given.")
    private static let format = Option.choice(
        "format", ["table", "json", "csv"], help: "A table for people, a line of JSON for each file, or CSV.")
    private static let attention = Switch(
        name: "attention", help: "With --format json: where the model looked, as weights over time.")
    private static let rate = Option.integer(
        "rate", "HZ", in: 1000...768_000,
        help: "With -: samples a second of the raw sound; 16000 unless given.")
    private static let window = Option.number(
        "window", "SECONDS", in: 0.1...600,
        help: "With -: how much sound each prediction hears; 3 unless given.")
    private static let step = Option.number(
        "step", "SECONDS", in: 0.05...600, help: "With -: from one prediction to the next; 1 unless given.")

    /// Says what a model hears in sound files.
    static let predict: Command = Command(
        name: "predict",
        summary:
            "Says what a model hears in sound files, in folders of them, or in sound from standard input.",
        argument: Argument(
            placeholder: "FILES|FOLDER|-",
            help:
                "Sound files, folders with all folders in them, or - for raw sound: 16 bit, one channel, little-endian.",
            isRepeated: true, completion: .files),
        options: [
            model, Common.views, format, attention, rate, window, step, Common.threads, Common.cache,
            Common.cacheLimit,
            Common.noCache,
        ],
        examples: [
            ("Train predict some.wav --model runs/quickstart", "The likeliest class and all probabilities."),
            (
                "Train predict recordings --model runs/quickstart --format csv > table.csv",
                "One line for each file."
            ),
            (
                "arecord -f S16_LE -r 16000 -c 1 -t raw | Train predict - --model runs/quickstart",
                "A line every second while somebody speaks."
            ),
        ],
        run: { arguments in
            guard !arguments.all.isEmpty else {
                throw UsageError("which sound files? Name some, a folder, or -")
            }
            if arguments[attention], arguments[format] != "json" {
                throw UsageError("--attention needs --format json")
            }
            Interrupt.watch()
            arguments.applyThreads()
            let predictor = try Predictor(arguments[model] ?? DefaultModel.path(), views: arguments.views())
            let writer = PredictionWriter(
                classes: predictor.classes, format: arguments[format] ?? "table",
                hasAttention: arguments[attention])
            if arguments.all.contains("-") {
                guard arguments.all == ["-"] else {
                    throw UsageError("- is for sound from standard input, alone")
                }
                guard predictor.pipeline.normalize == .none else {
                    throw UsageError(
                        "this model's features are normalised by speaker: it has to hear all of a speaker's files before it answers, and cannot take a stream; name the files"
                    )
                }
                let stream = LiveStream(
                    rate: arguments[rate] ?? 16000, window: arguments[window] ?? 3, step: arguments[step] ?? 1
                )
                return try stream.run(predictor, writer)
            }
            try predictFiles(arguments, predictor, writer)
        })

    private static func predictFiles(
        _ arguments: Arguments, _ predictor: Predictor, _ writer: PredictionWriter
    ) throws {
        var paths: [String] = []
        var (failures, emptyFolders) = (0, 0)
        for path in arguments.all {
            var isFolder: ObjCBool = false
            if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
                let found = try AudioFile.paths(inFolder: path)
                if found.isEmpty {
                    emptyFolders += 1
                    Terminal.error(
                        "error: \(path): no sound files in this folder; allowed: \(AudioFile.readable)")
                }
                paths += found
            } else {
                paths.append(path)
            }
        }
        let isOneSpeaker = predictor.pipeline.normalize == .speaker
        if isOneSpeaker {
            Terminal.error(
                paths.count == 1
                    ? "this model's features are normalised by speaker, and one file is little to know a voice by: name all that there are of it"
                    : "this model's features are normalised by speaker: the \(paths.count) files are taken as those of one speaker"
            )
        }
        // The bar goes where the answers do not.
        let shows = paths.count > 32 && !Terminal.isInteractive && isatty(STDERR_FILENO) == 1
        writer.begin(width: paths.map(\.count).max() ?? 0)
        var done = 0
        try predictor.predict(
            paths, cache: try arguments.featureCache(), attention: arguments[attention],
            check: { index in
                try Interrupt.check()
                if shows, isOneSpeaker, index % 100 == 0 {
                    Terminal.error("heard \(index) of \(paths.count) files")
                }
            }
        ) { index, result in
            try Interrupt.check()
            switch result {
            case .success(let answer): writer.write(paths[index], answer)
            case .failure(let error):
                failures += 1
                let text = "\(error)"
                Terminal.error("error: \(text.contains(paths[index]) ? text : "\(paths[index]): \(text)")")
            }
            done += 1
            if shows, done % 100 == 0 { Terminal.error("\(done) of \(paths.count) files") }
        }
        if failures > 0 {
            throw PredictionFailure(description: "\(failures) of \(paths.count) files could not be read")
        }
        if emptyFolders > 0 {
            throw PredictionFailure(
                description:
                    "no sounds in \(emptyFolders) of \(NumberText.count(arguments.all.count, "name"))")
        }
    }
}

/// Some files could not be predicted; which and why has been said.
private struct PredictionFailure: Error, CustomStringConvertible {
    let description: String
}

/// The model that comes with the program.
enum DefaultModel {
    /// Where it is: `Models/speech-emotion.safetensors` beside the program, in a folder above it, or where `PROSODY_MODEL` says.
    static func path() throws -> String {
        if let named = ProcessInfo.processInfo.environment["PROSODY_MODEL"], !named.isEmpty { return named }
        let program = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        var folders = [FileManager.default.currentDirectoryPath]
        var folder = (program as NSString).deletingLastPathComponent
        while folder.count > 1 {
            folders.append(folder)
            folder = (folder as NSString).deletingLastPathComponent
        }
        for folder in folders {
            let file = folder + "/Models/speech-emotion.safetensors"
            if FileManager.default.fileExists(atPath: file) { return file }
        }
        throw UsageError(
            "no model came along with the program; name one with --model, such as --model runs/quickstart")
    }
}

/// Raw sound from standard input, predicted window by window.
private struct LiveStream {
    let rate: Int
    let window: Double
    let step: Double

    func run(_ predictor: Predictor, _ writer: PredictionWriter) throws {
        var sliding = SlidingWindow(
            length: Int(window * Double(rate)), step: Int(step * Double(rate)))
        var rest: [UInt8] = []
        var (hasBegun, hasSound) = (false, false)
        var buffer = [UInt8](repeating: 0, count: 65536)
        func answer(_ part: (start: Int, samples: [Float])) throws {
            let begin = Double(part.start) / Double(rate)
            let end = begin + Double(part.samples.count) / Double(rate)
            let name = "\(seconds(begin))-\(seconds(end)) s"
            do {
                let features = try predictor.features(of: Waveform(part.samples, rate: rate))
                if let answer = predictor.answers([features], attention: writer.hasAttention).first {
                    writer.write(name, answer)
                }
            } catch {
                Terminal.error("\(name): \(error)")
            }
        }
        while true {
            try Interrupt.check()
            // Reading would go on after Ctrl-C until more sound came; waiting does not.
            var input = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
            guard poll(&input, 1, 500) > 0 else { continue }
            let count = buffer.withUnsafeMutableBytes { read(STDIN_FILENO, $0.baseAddress, $0.count) }
            guard count > 0 else { break }
            if !hasBegun {
                if let kind = Self.container(buffer[..<count]) {
                    throw UsageError(
                        "standard input is a \(kind) file, - takes raw samples of 16 bit, one channel; name the file, or pipe it through "
                            + "ffmpeg -i FILE -f s16le -ac 1 -ar \(rate) -")
                }
                writer.begin(width: 16)
                hasBegun = true
            }
            rest += buffer[..<count]
            let whole = rest.count / 2
            if whole > 0 { hasSound = true }
            let samples = (0..<whole).map { index in
                Float(Int16(bitPattern: UInt16(rest[2 * index]) | UInt16(rest[2 * index + 1]) << 8)) / 32768
            }
            rest.removeFirst(2 * whole)
            for part in sliding.add(samples) { try answer(part) }
        }
        if let part = sliding.finish() { try answer(part) }
        guard hasSound else {
            throw UsageError("no sound came from standard input; expected raw samples of 16 bit, one channel")
        }
        if !rest.isEmpty { Terminal.error("the last sample was cut off: an odd number of bytes came") }
    }

    /// What kind of file begins with these bytes; nil for samples.
    private static func container(_ bytes: ArraySlice<UInt8>) -> String? {
        let kinds = ["RIFF": "WAV", "fLaC": "FLAC", "OggS": "OGG", "FORM": "AIFF"]
        return kinds[String(decoding: bytes.prefix(4), as: UTF8.self)]
    }

    private func seconds(_ value: Double) -> String { "\((value * 100).rounded() / 100)" }
}
