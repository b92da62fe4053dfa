import Configuration
import Foundation
import Lab
import Metrics
import Server
import SpeechEmotion
import Synchronization

/// The runs in a folder. Names from requests cannot lead out of it.
final class RunLibrary: Sendable {
    /// The folder.
    let folder: String
    private let corpora = Mutex<[(path: String, date: Date, corpus: RunCorpus)]>([])

    /// The number of corpora that stay in memory.
    private static let mostCorpora = 4

    init(folder: String) { self.folder = folder }

    /// Whether the folder exists.
    var exists: Bool { FileManager.default.fileExists(atPath: folder) }

    /// The names of the subfolders.
    var names: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter(Self.isValid).sorted()
    }

    /// The path of a run or an ablation, or of a run of an ablation.
    ///
    /// - Throws: A `Problem` of status 404 if there is none in the folder.
    func path(_ name: String, member: String? = nil) throws(Problem) -> String {
        let missing = Problem(
            404, "There is no run \"\((member.map { "\(name)/\($0)" } ?? name).prefix(80))\" in \(folder).")
        guard Self.isValid(name), member.map(Self.isValid) ?? true else { throw missing }
        let path = "\(folder)/\(name)" + (member.map { "/runs/\($0)" } ?? "")
        let isRun = RunFolder.content(of: path) != .empty || isAblation(path)
        guard isRun, Self.isInside(path, folder) else { throw missing }
        return path
    }

    /// The path of a run by its full name, which is also that of its model: `NAME`, or `NAME/RUN` for a run of an ablation.
    func path(ofModel name: String) throws(Problem) -> String {
        let parts = name.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        return try path(String(parts[0]), member: parts.count > 1 ? String(parts[1]) : nil)
    }

    /// Whether a path is an ablation or a cross-validation.
    func isAblation(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: path + "/" + AblationManifest.file)
    }

    /// The modification time of a run's model; nil if the run has not finished.
    static func modelDate(_ run: String) -> Date? {
        guard RunFolder.content(of: run) == .finished else { return nil }
        return date(run + "/" + RunFile.model)
    }

    /// The clip of an id, from the corpus of the run.
    func clip(_ id: String, ofRun run: String) throws -> Clip {
        guard let clip = try corpus(ofRun: run).clips[id] else {
            throw Problem(404, "The corpus of the run has no clip \"\(id.prefix(200))\".")
        }
        return clip
    }

    /// The corpus of a run. Throws if the data are missing.
    func corpus(ofRun run: String) throws -> RunCorpus {
        let config = run + "/" + RunFile.config
        guard let date = Self.date(config) else { throw Problem(404, "\(run) is not a run.") }
        if let known = corpora.withLock({ $0.first { $0.path == run && $0.date == date } }) {
            return known.corpus
        }
        let corpus = try RunCorpus(Experiment.decode(JSONValue.load(config)))
        corpora.withLock { corpora in
            corpora.removeAll { $0.path == run }
            corpora.append((run, date, corpus))
            if corpora.count > Self.mostCorpora { corpora.removeFirst() }
        }
        return corpus
    }

    private static func isValid(_ name: String) -> Bool { RunName.isValid(name) && !name.hasPrefix(".") }

    private static func date(_ path: String) -> Date? {
        (try? FileManager.default.attributesOfItem(atPath: path))?[.modificationDate] as? Date
    }

    /// Whether a path is below a folder, whatever symbolic links it has.
    private static func isInside(_ path: String, _ folder: String) -> Bool {
        guard let path = realpath(path, nil) else { return false }
        defer { free(path) }
        guard let folder = realpath(folder, nil) else { return false }
        defer { free(folder) }
        return String(cString: path).hasPrefix(String(cString: folder) + "/")
    }
}
