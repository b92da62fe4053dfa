import Foundation

/// A file that cannot be read or written: which file, where in it, what was found there and what is allowed.
public struct FileError: Error, Equatable, CustomStringConvertible, LocalizedError {
    /// The path, or the name given to bytes in memory.
    public let file: String
    /// The byte, tensor or key where the trouble is.
    public let place: String
    /// What is there.
    public let found: String
    /// What may be there.
    public let allowed: String

    /// An error about a place in a file.
    public init(file: String, place: String, found: String, allowed: String) {
        self.file = file
        self.place = place
        self.found = found
        self.allowed = allowed
    }

    /// All of it in one line.
    public var description: String { "\(file): \(place): found \(found); allowed: \(allowed)" }

    /// The same line, for `localizedDescription`.
    public var errorDescription: String? { description }

    /// The failure of a call to the system, told by `errno`.
    package static func system(_ file: String, _ place: String, allowed: String) -> FileError {
        FileError(
            file: file, place: place, found: "\"\(String(cString: strerror(errno)))\"", allowed: allowed)
    }
}

/// A number from a file, shown as it may be huge: 1,234,567 is easier to read than 1234567.
package func grouped(_ number: some BinaryInteger) -> String {
    var digits = String(number.magnitude)
    var at = digits.endIndex
    while let next = digits.index(at, offsetBy: -3, limitedBy: digits.startIndex), next > digits.startIndex {
        digits.insert(",", at: next)
        at = next
    }
    return (number < 0 ? "-" : "") + digits
}
