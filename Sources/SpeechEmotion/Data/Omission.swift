import Autograd

/// A file or row that was omitted from a corpus, and why.
public struct Omission: Sendable, Hashable, CustomStringConvertible {
    /// The path below the corpus' folder, or the line of a manifest.
    public var file: String
    /// The reason.
    public var reason: String

    /// Creates an omission with a reason.
    public init(_ file: String, _ reason: String) {
        self.file = file
        self.reason = reason
    }

    /// Creates an omission of a clip that cannot be used. The reason names the file only if it is not that of the clip.
    public init(_ clip: Clip, _ error: any Error) {
        var names = [clip.id]
        if case .file(let path, _, _) = clip.source { names.append(path) }
        let own = (error as? FileError).flatMap { names.contains($0.file) ? $0.reason : nil }
        self.init(clip.id, own ?? "\(error)")
    }

    /// `notes/take.wav: not a file name of RAVDESS`
    public var description: String { "\(file): \(reason)" }
}

extension Collection<Omission> {
    /// One line per file, or one line per reason if more than `limit` files share it.
    ///
    ///     skipped 400 files, from URDU/Angry/a.flac to URDU/Sad/z.flac: not a file name of RAVDESS
    public func summary(limit: Int = 3) -> [String] {
        var reasons: [String] = []
        let files = reduce(into: [String: [String]]()) { files, omission in
            if files[omission.reason] == nil { reasons.append(omission.reason) }
            files[omission.reason, default: []].append(omission.file)
        }
        return reasons.flatMap { reason in
            let files = files[reason] ?? []
            guard files.count > limit else { return files.map { "skipped: \(Omission($0, reason))" } }
            return [
                "skipped \(files.count) files, from \(files[0]) to \(files[files.count - 1]): \(reason)"
            ]
        }
    }
}
