import Foundation

/// Data that something cannot be done with, such as a split by speaker of clips whose speakers are unknown.
///
/// Files that cannot be read are a `FileError` instead, which names the file; options that cannot be read are a
/// `ConfigurationError`, which names the line.
public struct DataError: Error, Sendable, Equatable, CustomStringConvertible, LocalizedError {
    /// What was to be done: `stratified split`.
    public var action: String
    /// What was found.
    public var found: String
    /// What is allowed, or what to do.
    public var allowed: String

    /// A problem with the data at hand.
    public init(_ action: String, found: String, allowed: String) {
        self.action = action
        self.found = found
        self.allowed = allowed
    }

    /// All of it in one line.
    public var description: String { "\(action): found \(found); allowed: \(allowed)" }

    /// The same line, for `localizedDescription`.
    public var errorDescription: String? { description }
}

extension Collection<String> {
    /// The first few in quotes and the number of others: `"a", "b" and 7 more`.
    func listed(_ limit: Int = 8) -> String {
        let shown = prefix(limit).map { "\"\($0)\"" }.joined(separator: ", ")
        return count > limit ? "\(shown) and \(count - limit) more" : shown
    }
}

/// `1 clip`, `2 clips`
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
