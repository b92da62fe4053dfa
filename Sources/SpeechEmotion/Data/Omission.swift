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

    /// `notes/take.wav: not a file name of RAVDESS`
    public var description: String { "\(file): \(reason)" }
}
