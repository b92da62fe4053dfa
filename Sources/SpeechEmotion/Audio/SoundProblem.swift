import Foundation

/// A sound that something cannot be done with, such as one that is too short for a window.
///
/// Files that cannot be read or written are a `FileError` instead, which names the file.
public struct SoundProblem: Error, Sendable, Equatable, CustomStringConvertible, LocalizedError {
    /// What was to be done: `mfcc`, `resample`.
    public var action: String
    /// What was found.
    public var found: String
    /// What is allowed.
    public var allowed: String

    /// A problem of one sound.
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
