/// A request that cannot be fulfilled with the runs, the data or the options at hand.
public struct LabError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What was found, and what to do.
    public let description: String

    /// Creates an error with a message.
    public init(_ description: String) { self.description = description }
}
