import Autograd
import Configuration
import Foundation
import Lab
import SpeechEmotion

/// The recordings that `Train features` is given: audio files and folders, a corpus, an experiment, or a run.
struct FeatureInput {
    let clips: [Clip]
    /// The folds and the subsets of the clips, where there is a split.
    var subsets: ClipSubsets?
    /// The experiment, of a run too.
    var experiment: Experiment?
    /// The folder of the run, where one is given.
    var run: String?

    static let help =
        "Audio files and folders; or one corpus as KIND:PATH, such as ravdess:/data/RAVDESS or manifest:clips.csv; or one experiment (JSON); or the folder of a run."

    /// Reads what the arguments name. The sounds are not touched.
    static func read(_ arguments: [String], settings: [String]) throws -> FeatureInput {
        if arguments.isEmpty {
            throw UsageError("name audio files, folders, a corpus, an experiment or a run")
        }
        let data = arguments.filter(isData)
        if let first = data.first {
            guard arguments.count == 1 else {
                throw UsageError("\(first): a corpus, an experiment or a run has to be the only argument")
            }
            return try isRun(first) ? ofRun(first, settings) : ofData(first, settings)
        }
        if !settings.isEmpty {
            throw UsageError("--set changes an experiment; audio files and folders have none")
        }
        let paths = try arguments.flatMap(audioFiles)
        if paths.isEmpty { throw UsageError("no audio files in \(arguments.joined(separator: ", "))") }
        return FeatureInput(
            clips: paths.map { Clip(id: $0, source: .file(path: $0, start: nil, end: nil), label: "") })
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
            throw UsageError("--set changes an experiment; the config of the run \(path) is fixed")
        }
        let run = try RunRecord(path)
        let data = try ExperimentData(run.experiment)
        if let split = run.split,
            Split.Subset.allCases.contains(where: { split[$0] != data.split[$0] })
        {
            throw FileError(
                file: run.file(RunFile.split), place: "the clips of its subsets",
                found: "others than the data have now",
                allowed: "the data that the run was made with; restore them, or name the corpus itself")
        }
        return FeatureInput(data, run.experiment, run: run.path)
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
        // Augmented copies are no recordings.
        clips = data.corpus.clips.filter { $0.origin == nil }
        subsets = ClipSubsets(folds: data.splits, split: data.split)
        (self.experiment, self.run) = (experiment, run)
    }

    private static func report(_ corpus: Corpus) {
        for omission in corpus.omissions { Terminal.error("left out: \(omission)") }
    }

    private static func audioFiles(_ path: String) throws -> [String] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw UsageError("there is no \(path)")
        }
        return isFolder.boolValue ? try AudioFile.paths(inFolder: path) : [path]
    }
}
