import Autograd
import Configuration
import Foundation
import Lab
import Reports
import SpeechEmotion

/// The recordings that `Train features` is given: audio files and folders, a corpus, an experiment, or a run.
struct FeatureInput {
    var clips: [Clip]
    /// The folds and subsets of the clips, if there is a split.
    var subsets: ClipSubsets?
    /// The experiment, if one or a run is given.
    var experiment: Experiment?
    /// The run folder, if one is given.
    var run: String?

    static let help =
        "Audio files and folders, a corpus as KIND:PATH (such as ravdess:/data/RAVDESS or manifest:clips.csv), an experiment (JSON file), or a run folder."

    /// Resolves the arguments without reading audio.
    static func read(_ arguments: [String], settings: [String]) throws -> FeatureInput {
        if arguments.isEmpty {
            throw UsageError("missing argument: audio files, folders, a corpus, an experiment or a run")
        }
        for argument in arguments { try checkSingle(argument) }
        let data = arguments.filter(isData)
        if let first = data.first {
            guard arguments.count == 1 else {
                throw UsageError(
                    "\(first): a corpus, an experiment or a run must be the only argument"
                        + (isRun(first)
                            ? "; to apply its features to other files, use --model \(first)" : ""))
            }
            return try isRun(first) ? ofRun(first, settings) : ofData(first, settings)
        }
        if !settings.isEmpty {
            throw UsageError("--set requires an experiment")
        }
        let paths = try arguments.flatMap(audioFiles)
        if paths.isEmpty { throw UsageError("no audio files in \(arguments.joined(separator: ", "))") }
        return FeatureInput(
            clips: paths.map { Clip(id: $0, source: .file(path: $0, start: nil, end: nil), label: "") })
    }

    /// Throws if a path names a cross-validation or an ablation, and names its runs.
    static func checkSingle(_ path: String) throws {
        guard RunSet.ablationFolder(path) != nil else { return }
        let runs = try RunSet.all(path, skipsUnfinished: true).flatMap(\.records).map(\.path)
        throw UsageError(
            "\(path): found \(NumberText.count(runs.count, "finished run")); pass one of them, such as \(runs.prefix(4).joined(separator: ", "))"
        )
    }

    private static func isData(_ argument: String) -> Bool {
        DataArgument.namesKind(argument) || argument.lowercased().hasSuffix(".json") || isRun(argument)
    }

    /// Whether a path is the folder of a run.
    static func isRun(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: path + "/" + RunFile.config)
    }

    private static func ofRun(_ path: String, _ settings: [String]) throws -> FeatureInput {
        guard settings.isEmpty else {
            throw UsageError("--set cannot change the config of the finished run \(path)")
        }
        let run = try RunRecord(path)
        let data = try ExperimentData(run.trainedExperiment)
        if let split = run.split,
            Split.Subset.allCases.contains(where: { split[$0] != data.split[$0] })
        {
            throw FileError(
                file: run.file(RunFile.split), place: "clips",
                found: "clips that differ from those of the data",
                allowed: "the data that the run was trained on; restore them, or pass the corpus itself")
        }
        return FeatureInput(data, run.trainedExperiment, run: run.path)
    }

    private static func ofData(_ text: String, _ settings: [String]) throws -> FeatureInput {
        let argument = try DataArgument.read(text, settings: settings)
        if let experiment = argument.experiment {
            return FeatureInput(try ExperimentData(experiment), experiment, run: nil)
        }
        let corpus = try argument.data.read()
        report(corpus)
        return FeatureInput(clips: corpus.clips)
    }

    private init(clips: [Clip]) { self.clips = clips }

    private init(_ data: ExperimentData, _ experiment: Experiment, run: String?) {
        Self.report(data.corpus)
        // Skip augmented copies.
        clips = data.corpus.clips.filter { $0.origin == nil }
        subsets = ClipSubsets(folds: data.splits, split: data.split)
        (self.experiment, self.run) = (experiment, run)
    }

    private static func report(_ corpus: Corpus) {
        corpus.omissions.summary().forEach(Terminal.error)
    }

    private static func audioFiles(_ path: String) throws -> [String] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw UsageError("\(path): no such file or folder")
        }
        return isFolder.boolValue ? try AudioFile.paths(inFolder: path) : [path]
    }
}
