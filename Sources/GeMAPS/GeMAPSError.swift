/// An error in the input of `EGeMAPS`: what was found and what is allowed.
public struct GeMAPSError: Error, Equatable, CustomStringConvertible, Sendable {
    /// The location of the error.
    public let place: String
    /// The invalid value.
    public let found: String
    /// The valid values.
    public let allowed: String

    public var description: String { "\(place): found \(found), allowed: \(allowed)" }
}
