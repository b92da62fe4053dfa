import Configuration

/// Incorrect usage of the command line; the exit status is 64.
public struct UsageError: Error {
    public let message: String

    public init(_ message: String) { self.message = message }

    /// Creates an error that suggests the allowed word most similar to `wrong`, if any is similar.
    ///
    /// - Parameter listsAll: Whether all allowed words are listed if none is similar.
    public init(_ message: String, of wrong: String, among allowed: [String], listsAll: Bool = false) {
        let hint =
            Suggestion.closest(to: wrong, among: allowed).map { "; did you mean \"\($0)\"?" }
            ?? (listsAll ? "; allowed: \(allowed.joined(separator: ", "))" : "")
        self.message = message + hint
    }
}
