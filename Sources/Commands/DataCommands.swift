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
        "out", "FILE", help: "Output file (default: standard output).")
    private static let how = Option.text(
        "split", "JSON",
        help: "Split to use if DATA is not an experiment, such as '{\"type\": \"grouped\", \"test\": 0.2}'.")
    private static let strict = Switch(name: "strict", help: "Exit with status 1 if there is a leak.")
    private static let names = Switch(
        name: "names-only", help: "Compare the metadata of the clips without reading audio.")
    /// How many unreadable clips are named in a terminal.
    private static let mostNamed = 20
    private static let countsOnly = Switch(
        name: "names-only", help: "Count clips without reading audio headers.")
    private static let channels = Option.choice(
        "channels", ["speech", "song", "both"], help: "Archives to download (default: both).")
    private static let address = Option.text(
        "from", "URL", help: "Mirror that hosts the same archives.")

    /// Lists the clips of a corpus.
    static let dataList: Command = Command(
        name: "data list",
        summary: "List the clips of a corpus with their metadata, as CSV.",
        argument: source, options: [Common.set, out],
        examples: [
            ("Train data list ravdess:/data/RAVDESS --out clips.csv", "Write one line per clip."),
            ("Train data list Experiments/quickstart.json", "List the clips of an experiment."),
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

    /// Prints statistics of a corpus.
    static let dataStats: Command = Command(
        name: "data stats",
        summary:
            "Show statistics of a corpus: clips, durations, sample rates and channels, by class, speaker and every other column.",
        argument: source, options: [TableFormat.option, countsOnly, Common.set],
        examples: [
            (
                "Train data stats ravdess:/data/RAVDESS",
                "Show the clips of each emotion and speaker, with durations and formats."
            ),
            ("Train data stats manifest:clips.csv --format csv", "Write the statistics as CSV."),
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
                    "and \(statistics.unreadable.count - mostNamed) more that cannot be read; --format json lists all of them"
                )
            }
            let format = arguments.tableFormat
            switch format {
            case .json: print(statistics.json.pretty())
            case .markdown: print(statistics.markdown, terminator: "")
            case .latex: print(statistics.latex, terminator: "")
            case .html: print(statistics.html, terminator: "")
            case .csv: print(statistics.csv, terminator: "")
            case .table: print(statistics.text, terminator: "")
            }
            if [.csv, .latex].contains(format) { for note in statistics.notes { Terminal.error(note) } }
        })

    /// Splits a corpus.
    static let dataSplit: Command = Command(
        name: "data split",
        summary: "Split a corpus and write the clip ids of each subset as JSON.",
        argument: source, options: [how, Common.set, out],
        examples: [
            (
                "Train data split ravdess:/data/RAVDESS --split '{\"type\": \"k_fold\", \"by\": \"speaker\"}' --out folds.json",
                "Write five speaker-independent folds. To use them in a config: {\"type\": \"file\", \"file\": \"folds.json\"}."
            )
        ],
        run: { arguments in
            let argument = try DataArgument.read(
                arguments.required("a corpus or an experiment"), settings: arguments.every(Common.set))
            let corpus = try argument.data.read()
            let splits = try splits(arguments, argument, corpus)
            try write(SplitFile(splits, of: corpus).json + "\n", to: arguments[out])
        })

    /// Audits the split of an experiment.
    static let dataAudit: Command = Command(
        name: "data audit",
        summary:
            "Check a split for leakage between its subsets, such as shared speakers, takes and recordings.",
        argument: source,
        options: [how, strict, names, TableFormat.option, Common.set, Common.cache, Common.noCache],
        rules: [.useless([Common.cache, Common.noCache], with: names)],
        examples: [
            (
                "Train data audit Experiments/quickstart.json --strict",
                "Print the size of each subset and every leak between them."
            )
        ],
        run: { arguments in
            Interrupt.watch()
            let argument = try DataArgument.read(
                arguments.required("a corpus or an experiment"), settings: arguments.every(Common.set))
            let corpus = try argument.data.read()
            let splits = try splits(arguments, argument, corpus)
            var sounds: AudioScan?
            if !arguments[names] {
                let reporter = TerminalProgress(isQuiet: arguments.tableFormat != .table)
                if let folder = try arguments.featureCache()?.folder {
                    // If it cannot be made, nothing is cached, and the audit is the same.
                    try? FileManager.default.createDirectory(
                        atPath: folder, withIntermediateDirectories: true)
                }
                sounds = AudioScan(
                    corpus,
                    cache: try arguments.featureCache().map {
                        $0.folder + "/" + CacheInventory.fingerprintsName
                    },
                    progress: { reporter.advance($0, of: $1, note: "recordings") },
                    shouldStop: { Interrupt.isRequested })
                reporter.finish()
                try Interrupt.check()
            }
            let auditor = Auditor(corpus, scan: sounds, tokens: argument.experiment?.auditedTokens)
            let reports = try splits.filter { !$0.isMissing }.map { try auditor.audit($0) }
            switch arguments.tableFormat {
            case .json: print(reports.encode().pretty())
            case .table: print(reports.map(\.table).joined(separator: "\n"), terminator: "")
            case let format: print(format.text(AuditTable.table(reports)), terminator: "")
            }
            let leaks = reports.count { !$0.isClean }
            if arguments[strict], leaks > 0 {
                throw InputError(
                    "\(leaks) of \(NumberText.count(reports.count, "split")) \(leaks == 1 ? "leaks into its" : "leak into their") test set"
                )
            }
        })

    /// Downloads RAVDESS.
    static let dataFetch: Command = Command(
        name: "data fetch",
        summary: "Download RAVDESS (speech and song, audio only) from Zenodo, with resume and checksums.",
        argument: Argument(placeholder: "FOLDER", help: "Destination folder.", completion: .files),
        options: [channels, address],
        examples: [
            (
                "Train data fetch ~/data/RAVDESS",
                "Download and unpack both archives, about 440 MB (CC BY-NC-SA 4.0)."
            )
        ],
        run: { arguments in
            var download = RavdessDownload(folder: try arguments.required("the destination folder"))
            if let name = arguments[channels], let channel = RavdessCorpus.Channel(rawValue: name) {
                download.channels = [channel]
            }
            if let address = arguments[address] { download.address = address }
            let reporter = TerminalProgress(isQuiet: false)
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
            print("Livingstone and Russo (2018), PLoS ONE 13(5): e0196391; license CC BY-NC-SA 4.0.")
        })

    private static func read(_ arguments: Arguments) throws -> Corpus {
        let argument = try DataArgument.read(
            arguments.required("a corpus or an experiment"), settings: arguments.every(Common.set))
        let corpus = try argument.data.read()
        corpus.omissions.summary().forEach(Terminal.error)
        return corpus
    }

    private static func splits(
        _ arguments: Arguments, _ argument: DataArgument, _ corpus: Corpus
    ) throws -> [Split] {
        let given = try arguments[how].map {
            try Holder.decode(["split": JSONValue.parse($0, source: "--split")]).split
        }
        guard let split = given ?? argument.split else {
            throw UsageError("missing split: pass an experiment, or a split with --split JSON")
        }
        let splits = try split.value.split(corpus)
        splits.compactMap(\.missingSentence).forEach(Terminal.error)
        return splits
    }

    private static func write(_ text: String, to file: String?) throws {
        guard let file else { return print(text, terminator: "") }
        try AtomicFile.write(Array(text.utf8), to: file)
    }
}

/// A document with a split.
private struct Holder: Options {
    var split = AnySplit(GroupedSplit())
    static let summary = "A split."
    static let fields: [Field<Self>] = [.init("split", \.split, "The split.", .required)]
}

/// The findings of audits as a table.
private enum AuditTable {
    static func table(_ reports: [AuditReport]) -> ValueTable {
        let rows = reports.flatMap { report in
            report.findings.map { finding -> [ValueTable.Cell] in
                [
                    .text(report.split), .text(finding.severity.rawValue),
                    .text(finding.subsets.map(\.rawValue).joined(separator: ", ")), .text(finding.message),
                    .text(finding.examples.joined(separator: "; ")),
                ]
            }
        }
        let leaks = reports.count { !$0.isClean }
        let compared =
            reports.contains(where: \.comparedAudio) ? "Audio and metadata were" : "Only metadata were"
        return ValueTable(
            title: "Leakage audit of \(reports.first?.corpus ?? "")",
            columns: ["split", "severity", "subsets", "finding", "examples"], rows: rows,
            note:
                "\(leaks) of \(NumberText.count(reports.count, "split")) \(leaks == 1 ? "leaks" : "leak") into the evaluated subset. \(compared) compared."
        )
    }
}
