import Foundation

/// Data or options that cannot be used: a waveform shorter than a window, two lists of different lengths, or a split by
/// speaker of clips without speakers.
///
/// Files that cannot be read or written are a `FileError` instead, which names the file; configurations are a
/// `ConfigurationError`, which names the line.
public struct InputError: Error, Sendable, Equatable, CustomStringConvertible, LocalizedError {
    /// What was found, and what is allowed or what to do.
    public let description: String

    /// Creates an error with a message.
    public init(_ description: String) { self.description = description }

    /// Creates an error of one operation or location.
    ///
    /// - Parameters:
    ///   - place: The operation or the location, such as `mfcc` or `sample 5`.
    ///   - found: What was found.
    ///   - allowed: What is allowed, or what to do.
    public init(_ place: String, found: String, allowed: String) {
        description = "\(place): found \(found); allowed: \(allowed)"
    }

    /// Creates the error of an operation that reads a file, from an error that may name the file already.
    package init(_ place: String, reading error: any Error, allowed: String) {
        if error is FileError {
            self.init("\(place), \(error)")
        } else {
            self.init(place, found: "\(error)", allowed: allowed)
        }
    }

    /// The same text, for `localizedDescription`.
    public var errorDescription: String? { description }
}
