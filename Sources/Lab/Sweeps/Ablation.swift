import Autograd
import Configuration
import Foundation

/// A sweep in a folder: one run for each member, seed and fold. Each run has its own config, log and run folder, so that
/// processes on several machines can share the sweep.
///
///     configs/ID.json   the complete configs of the runs
///     logs/ID.log       the output of their processes
///     runs/ID/          their run folders
///     ablation.json     the members and their runs
///     table.md, .csv, .json, .tex, .html, runs.csv, recalls.csv, folds.csv and speakers.csv
public struct Ablation: Sendable {
    /// One run of the sweep.
    public struct Single: Sendable {
        /// The name of the member.
        public var member: String
        /// The random seed.
        public var seed: Int
        /// The number of the fold, counted from 1.
        public var fold: Int
        /// The name of its files.
        public var id: String
        /// The complete experiment, without a sweep.
        public var experiment: Experiment

        /// A readable title, such as `no attention, seed 1, fold 2`.
        public var title: String { "\(member), seed \(seed), fold \(fold)" }
    }

    /// The state of a run.
    public enum State: Sendable, Equatable {
        case missing
        case unfinished
        /// Finished, with its test metrics.
        case finished([String: Double])
        /// The folder contains a different experiment or is damaged, with a message.
        case unusable(String)
    }

    /// The folder of the sweep.
    public let folder: String
    /// The members and seeds of the sweep.
    public let plan: ValidatedSweep
    /// The runs, ordered by seed, then fold, then member, so that the first finished runs compare all members.
    public let singles: [Single]

    /// Creates the runs of a plan.
    ///
    /// - Parameter folds: The folds of each member.
    public init(_ plan: ValidatedSweep, folds: [[Int]], folder: String) {
        self.plan = plan
        self.folder = folder
        let names = FileNames.distinct(plan.members.map(\.name))
        let all = Set(folds.joined()).sorted()
        singles = plan.seeds.flatMap { seed in
            all.flatMap { fold in
                zip(zip(plan.members, names), folds).compactMap { pair, folds -> Single? in
                    guard folds.contains(fold) else { return nil }
                    let (member, name) = pair
                    let id = "\(name)-seed\(seed)-fold\(fold)"
                    var experiment = member.experiment
                    experiment.name = id
                    experiment.seed = seed
                    experiment.fold = fold
                    return Single(
                        member: member.name, seed: seed, fold: fold, id: id, experiment: experiment)
                }
            }
        }
    }

    /// The folder that contains the run folders.
    public var runs: String { folder + "/runs" }
    /// The config of a single run.
    public func config(of single: Single) -> String { "\(folder)/configs/\(single.id).json" }
    /// The log of a single run.
    public func log(of single: Single) -> String { "\(folder)/logs/\(single.id).log" }
    /// The run folder of a single run.
    public func run(of single: Single) -> String { "\(runs)/\(single.id)" }

    /// Creates the folders and writes the configs of all runs. Throws if a run in the folder has a different config.
    public func prepare() throws {
        try check()
        for name in ["configs", "logs", "runs"] {
            try FileError.makeFolder(
                "\(folder)/\(name)", allowed: "a writable location; choose another with --runs FOLDER")
        }
        try writeManifest()
        for single in singles {
            let text = single.experiment.encode().escapingVariables.pretty() + "\n"
            let path = config(of: single)
            // A run that has begun keeps its config: options that do not affect results may have changed since.
            let begun = RunFolder.content(of: run(of: single)) != .empty
            if begun && FileManager.default.fileExists(atPath: path) { continue }
            if FileManager.default.contents(atPath: path) != Data(text.utf8) {
                try AtomicFile.write(Array(text.utf8), to: path)
            }
        }
    }

    /// Writes the manifest: the members and their runs.
    public func writeManifest() throws {
        try AtomicFile.write(
            Array((AblationManifest(self).encode().pretty() + "\n").utf8),
            to: "\(folder)/\(AblationManifest.file)")
    }

    /// Whether a folder has the files of an ablation.
    public static func isIn(_ folder: String) -> Bool {
        ["configs", "runs"].allSatisfy { FileManager.default.fileExists(atPath: "\(folder)/\($0)") }
    }

    /// Throws an error that lists all runs whose folders have a different config.
    public func check() throws {
        if RunFolder.content(of: folder) != .empty {
            throw FileError(
                file: folder, place: "the folder", found: "a run",
                allowed: "a new folder, or that of this ablation; choose another --name")
        }
        let lines = singles.compactMap { single -> String? in
            guard case .unusable(let reason) = state(of: single) else { return nil }
            return "\(run(of: single)): \(reason)"
        }
        guard lines.isEmpty else {
            let more = lines.count > 8 ? ["and \(lines.count - 8) more"] : []
            throw InputError(
                ([
                    "\(folder) contains runs of a different ablation; choose another --name, or move the folder"
                ]
                    + lines.prefix(8) + more).joined(separator: "\n"))
        }
    }

    /// Returns the state of a single run.
    public func state(of single: Single) -> State {
        let path = run(of: single)
        let content = RunFolder.content(of: path)
        if content == .empty { return .missing }
        do {
            let made = try Experiment.decode(JSONValue.load(path + "/" + RunFile.config))
            // A run records the SHA-256 of the weights that it starts from, and checks it when it resumes.
            var planned = single.experiment
            if planned.initialize?.sha256 == nil { planned.initialize?.sha256 = made.initialize?.sha256 }
            let changes = ConfigDifference.all(among: [made, planned])
            if let first = changes.first {
                let values = first.values.map { $0?.line ?? "nothing" }
                let more = changes.count > 1 ? ", and \(changes.count - 1) more" : ""
                return .unusable(
                    "created with a different config: \(first.path) was \(values[0]), is \(values[1])\(more)")
            }
            guard content == .finished else { return .unfinished }
            return .finished(try Self.metrics(path + "/" + RunFile.result))
        } catch {
            return .unusable("\(error)")
        }
    }

    /// The test metrics, without undefined ones.
    private static func metrics(_ file: String) throws(ConfigurationError) -> [String: Double] {
        let members = try JSONValue.load(file)["test"]?.members ?? []
        return Dictionary(
            members.compactMap { member in member.value.double.map { (member.key, $0) } },
            uniquingKeysWith: { first, _ in first })
    }
}

extension JSONValue {
    /// The document with `${` in its texts written so that it is read as it stands.
    fileprivate var escapingVariables: JSONValue {
        switch content {
        case .text(let text): JSONValue(.text(text.replacing("${", with: "$${")))
        case .list(let elements): JSONValue(.list(elements.map(\.escapingVariables)))
        case .object(let members):
            JSONValue(.object(members.map { JSONMember($0.key, $0.value.escapingVariables) }))
        default: self
        }
    }
}

extension AblationManifest {
    /// The members of an ablation.
    init(_ ablation: Ablation) {
        self.init()
        name = ablation.plan.members[0].experiment.name
        let options = ablation.plan.options
        (metric, test, level) = (options.metric, options.test, options.confidenceLevel)
        draws = ablation.plan.members[0].experiment.evaluation.resamples
        members = ablation.plan.members.map { planned in
            var member = Member()
            member.name = planned.name
            member.runs = ablation.singles.filter { $0.member == planned.name }.map(\.id)
            return member
        }
    }
}
