import Foundation

/// The server cannot start.
public struct ServerError: Error, Equatable, CustomStringConvertible, LocalizedError {
    /// The message.
    public let description: String

    init(_ description: String) { self.description = description }

    /// The same text, for `localizedDescription`.
    public var errorDescription: String? { description }

    /// Creates an error with the text of `errno`.
    static func system(_ action: String) -> ServerError {
        ServerError("\(action) failed: \(String(cString: strerror(errno))).")
    }
}
