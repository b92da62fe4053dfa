/// An error in a request to the module, such as runs, data or options that do not fit together.
public struct LabError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What was found, and what to do.
    public let description: String

    /// Creates an error with a message.
    public init(_ description: String) { self.description = description }
}
