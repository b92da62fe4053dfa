import Autograd
import Foundation

/// An operation that cannot be applied to the given audio or clips: a waveform shorter than a window, or a split by
/// speaker of clips without speakers.
///
/// Files that cannot be read or written are a `FileError` instead, which names the file; options that cannot be read are a
/// `ConfigurationError`, which names the line.
public struct DataError: Error, Sendable, Equatable, CustomStringConvertible, LocalizedError {
    /// The operation: `mfcc`, `stratified split`.
    public var action: String
    /// What was found.
    public var found: String
    /// What is allowed, or what to do.
    public var allowed: String

    /// An error of one operation.
    public init(_ action: String, found: String, allowed: String) {
        self.action = action
        self.found = found
        self.allowed = allowed
    }

    /// The error of an operation that reads a file. If the error is a `FileError`, its parts are kept.
    package init(_ action: String, reading error: any Error, allowed: String) {
        if let error = error as? FileError {
            self.init("\(action), \(error.file): \(error.place)", found: error.found, allowed: error.allowed)
        } else {
            self.init(action, found: "\(error)", allowed: allowed)
        }
    }

    /// The error in one line.
    public var description: String { "\(action): found \(found); allowed: \(allowed)" }

    /// The same line, for `localizedDescription`.
    public var errorDescription: String? { description }
}
