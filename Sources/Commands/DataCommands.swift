import Autograd
import Configuration
import Foundation
import Lab
import Reports
import SpeechEmotion

extension Command {
    private static let source = Argument(
        placeholder: "DATA", help: DataArgument.help, completion: .files)
    private static let out = Option.path(
        "out", "FILE", help: "Where to write; the screen unless given.")
    private static let format = Option.choice(
        "format", ["table", "json"], help: "For people or for programs.")
    private static let how = Option.text(
        "split", "JSON",
        help: "How to split where DATA is no experiment, such as '{\"type\": \"grouped\", \"test\": 0.2}'.")
    private static let strict = Switch(name: "strict", help: "Ends with status 1 where there is a leak.")
    private static let names = Switch(
        name: "names-only", help: "Compares what is known of the clips, without reading a sound.")
    /// How many unreadable clips are named in a terminal.
    private static let mostNamed = 20
    private static let statisticsFormat = Option.choice(
        "format", ["table", "markdown", "csv", "json"], help: "How to write the tables; table unless given.")
    private static let countsOnly = Switch(
        name: "names-only", help: "Counts the clips without reading audio headers.")
    private static let channels = Option.choice(
        "channels", ["speech", "song", "both"], help: "What to bring; both unless given.")
    private static let address = Option.text(
        "from", "URL", help: "Another place that has the same archives.")

    /// Lists the clips of a corpus.
    static let dataList: Command = Command(
        name: "data list",
        summary: "Lists the clips of a corpus as CSV, with all that is known of each.",
        argument: source, options: [Common.set, out],
        examples: [
            ("Train data list ravdess:/data/RAVDESS --out clips.csv", "One line for each clip."),
            ("Train data list Experiments/quickstart.json", "The clips of an experiment."),
        ],
        run: { arguments in
            let corpus = try read(arguments)
            let columns = Set(corpus.clips.flatMap(\.attributes.keys)).sorted()
            var lines = [["id", "path", "label", "speaker"] + columns]
            for clip in corpus.clips {
                var path = ""
                if case .file(let file, _, _) = clip.source { path = file }
                lines.append(
                    [clip.id, path, clip.label, clip.speaker ?? ""]
                        + columns.map { clip.attributes[$0] ?? "" })
            }
            try write(
                lines.map { $0.map(CSV.cell).joined(separator: ",") + "\n" }.joined(),
                to: arguments[out])
        })

    /// Counts the clips of a corpus.
    static let dataStats: Command = Command(
        name: "data stats",
        summary:
            "Counts the clips of a corpus, with durations, sampling rates and channels, by class, speaker and every other column.",
        argument: source, options: [statisticsFormat, countsOnly, Common.set],
        examples: [
            (
                "Train data stats ravdess:/data/RAVDESS",
                "How many clips of which emotion, by whom, how long, and in which formats."
            ),
            ("Train data stats manifest:clips.csv --format csv", "The same as a table for a spreadsheet."),
        ],
        run: { arguments in
            let corpus = try read(arguments)
            let scan = arguments[countsOnly] ? nil : HeaderScan(corpus.clips)
            let statistics = CorpusStatistics(corpus, scan: scan)
            for omission in statistics.unreadable.prefix(mostNamed) {
                Terminal.error("cannot be read: \(omission)")
            }
            if statistics.unreadable.count > mostNamed {
                Terminal.error(
                    "and \(statistics.unreadable.count - mostNamed) more that cannot be read; --format json names all"
                )
            }
            switch arguments[statisticsFormat] {
            case "json": print(statistics.json.pretty())
            case "markdown": print(statistics.markdown, terminator: "")
            case "csv":
                print(statistics.csv, terminator: "")
                for note in statistics.notes { Terminal.error(note) }
            default: print(statistics.text, terminator: "")
            }
        })

    /// Splits a corpus.
    static let dataSplit: Command = Command(
        name: "data split",
        summary: "Splits a corpus and writes the parts, by the ids of their clips.",
        argument: source, options: [how, Common.set, out],
        examples: [
            (
                "Train data split ravdess:/data/RAVDESS --split '{\"type\": \"k_fold\", \"by\": \"speaker\"}' --out folds.json",
                "Five folds with speakers apart; a config takes them by {\"type\": \"file\", \"file\": \"folds.json\"}."
            )
        ],
        run: { arguments in
            let argument = try DataArgument.read(
                arguments.required("data"), settings: arguments.every(Common.set))
            let corpus = try argument.data.read()
            let splits = try splits(arguments, argument, corpus)
            try write(SplitFile(splits, of: corpus).json + "\n", to: arguments[out])
        })

    /// Audits the split of an experiment.
    static let dataAudit: Command = Command(
        name: "data audit",
        summary:
            "Looks for whatever makes test figures say less than they seem to: shared speakers, takes, sounds.",
        argument: source, options: [how, strict, names, format, Common.set, Common.cache, Common.noCache],
        examples: [
            (
                "Train data audit Experiments/quickstart.json --strict",
                "What is in each part, and every leak between them."
            )
        ],
        run: { arguments in
            Interrupt.watch()
            let argument = try DataArgument.read(
                arguments.required("data"), settings: arguments.every(Common.set))
            let corpus = try argument.data.read()
            let splits = try splits(arguments, argument, corpus)
            var sounds: AudioScan?
            if !arguments[names] {
                let reporter = RunReporter(isQuiet: arguments[format] == "json")
                if let folder = try arguments.featureCache()?.folder {
                    // Where it cannot be made, nothing is kept, and the audit is the same.
                    try? FileManager.default.createDirectory(
                        atPath: folder, withIntermediateDirectories: true)
                }
                sounds = AudioScan(
                    corpus,
                    cache: try arguments.featureCache().map {
                        $0.folder + "/" + CacheInventory.fingerprintsName
                    },
                    progress: { reporter.advance($0, of: $1, note: "sounds") },
                    isAskedToStop: { Interrupt.isAsked })
                reporter.finish()
                try Interrupt.check()
            }
            let auditor = Auditor(corpus, scan: sounds)
            let reports = try splits.map { try auditor.audit($0) }
            if arguments[format] == "json" {
                print(JSONValue(.list(reports.map(\.json))).pretty())
            } else {
                print(reports.map(\.table).joined(separator: "\n"), terminator: "")
            }
            let leaks = reports.count { !$0.isClean }
            if arguments[strict], leaks > 0 { throw LeakFound(count: leaks, of: reports.count) }
        })

    /// Brings RAVDESS from the web.
    static let dataFetch: Command = Command(
        name: "data fetch",
        summary: "Brings RAVDESS (speech and song, audio only) from Zenodo, with resume and checksums.",
        argument: Argument(placeholder: "FOLDER", help: "Where it goes.", completion: .files),
        options: [channels, address],
        examples: [
            ("Train data fetch ~/data/RAVDESS", "Both archives, about 440 MB, unpacked. CC BY-NC-SA 4.0.")
        ],
        run: { arguments in
            var download = RavdessDownload(folder: try arguments.required("folder"))
            if let name = arguments[channels], let channel = RavdessCorpus.Channel(rawValue: name) {
                download.channels = [channel]
            }
            if let address = arguments[address] { download.address = address }
            let reporter = RunReporter(isQuiet: false)
            let corpus = try download.run { progress in
                // In megabytes, the last of which counts when it is whole.
                let megabytes = max(1, (progress.total + 999_999) / 1_000_000)
                let done = progress.done < progress.total ? progress.done / 1_000_000 : megabytes
                reporter.advance(
                    min(done, megabytes), of: megabytes,
                    note: "MB  \(progress.step.rawValue) \(progress.archive)")
            }
            reporter.finish()
            print("\(try corpus.read().clips.count) clips in \(download.folder)")
            print("Livingstone and Russo (2018), PLoS ONE 13(5): e0196391; licence CC BY-NC-SA 4.0.")
        })

    private static func read(_ arguments: Arguments) throws -> Corpus {
        let argument = try DataArgument.read(
            arguments.required("data"), settings: arguments.every(Common.set))
        let corpus = try argument.data.read()
        for omission in corpus.omissions { Terminal.error("left out: \(omission)") }
        return corpus
    }

    private static func splits(
        _ arguments: Arguments, _ argument: DataArgument, _ corpus: Corpus
    ) throws -> [Split] {
        let given = try arguments[how].map {
            try Holder.decode(["split": JSONValue.parse($0, source: "--split")]).split
        }
        guard let split = given ?? argument.split else {
            throw UsageError("how to split? Name an experiment, or give --split")
        }
        return try split.value.split(corpus)
    }

    private static func write(_ text: String, to file: String?) throws {
        guard let file else { return print(text, terminator: "") }
        try AtomicFile.write(Array(text.utf8), to: file)
    }
}

/// A split alone, as a document.
private struct Holder: Options {
    var split = AnySplit(GroupedSplit())
    static let summary = "How to split."
    static let fields: [Field<Self>] = [.init("split", \.split, "How to split.", .required)]
}

/// A split has a leak.
private struct LeakFound: Error, CustomStringConvertible {
    let count: Int
    let of: Int
    var description: String { "\(count) of \(of) splits leak into their test part" }
}
