/// Data or options that a model cannot be fitted with, or arrays that are not those of a fitted model.
public struct FittingError: Error, Equatable, CustomStringConvertible {
    /// What is wrong, such as `column 3` or `"n_neighbors"`.
    public var place: String
    /// What was found.
    public var found: String
    /// What is allowed.
    public var allowed: String

    /// Creates an error.
    public init(_ place: String, found: String, allowed: String) {
        (self.place, self.found, self.allowed) = (place, found, allowed)
    }

    /// The error as a sentence.
    public var description: String { "\(place): found \(found), expected \(allowed)" }
}
