/// A file or row that is not part of a corpus, and why.
public struct Omission: Sendable, Hashable, CustomStringConvertible {
    /// The file below the corpus' folder, or the line of a manifest.
    public var file: String
    /// Why it was left out.
    public var reason: String

    /// A file that was left out for a reason.
    public init(_ file: String, _ reason: String) {
        self.file = file
        self.reason = reason
    }

    /// `notes/take.wav: no file name of RAVDESS`
    public var description: String { "\(file): \(reason)" }
}
