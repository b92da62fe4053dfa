import Foundation

/// An error while reading or writing a file. It names the file, the location in it, what was found and what is
/// allowed.
public struct FileError: Error, Equatable, CustomStringConvertible, LocalizedError {
    /// The path, or the name of the bytes in memory.
    public let file: String
    /// The byte, tensor or key that caused the error.
    public let place: String
    /// What was found.
    public let found: String
    /// What is allowed.
    public let allowed: String

    /// Creates an error.
    public init(file: String, place: String, found: String, allowed: String) {
        self.file = file
        self.place = place
        self.found = found
        self.allowed = allowed
    }

    /// The error on one line.
    public var description: String { "\(file.onOneLine): \(reason)" }

    /// The error on one line without the file, for messages that already name it.
    package var reason: String { "\(place): found \(found); allowed: \(allowed)".onOneLine }

    /// The same text, for `localizedDescription`.
    public var errorDescription: String? { description }

    /// Creates an error for a failed system call, with the text of `errno`. A limit of the process on the size of its files is
    /// named whatever is allowed otherwise.
    package static func system(_ file: String, _ place: String, allowed: String) -> FileError {
        let code = errno
        return FileError(
            file: file, place: place, found: "\"\(String(cString: strerror(code)))\"",
            allowed: code == EFBIG ? "a size within the limit of the process (ulimit -f)" : allowed)
    }

    /// Creates a folder and those that contain it, unless they exist. Foundation's errors do not always give the reason.
    package static func makeFolder(_ path: String, allowed: String) throws {
        if !makesFolder(path[...]) { throw system(path, "creating the folder", allowed: allowed) }
    }

    /// Sets `errno` if it returns false.
    private static func makesFolder(_ path: Substring) -> Bool {
        func isMade() -> Bool {
            if mkdir(String(path), 0o777) == 0 { return true }
            var status = stat()
            guard errno == EEXIST, stat(String(path), &status) == 0 else { return false }
            if status.st_mode & S_IFMT == S_IFDIR { return true }
            errno = ENOTDIR
            return false
        }
        if isMade() { return true }
        guard errno == ENOENT, let slash = path.dropLast().lastIndex(of: "/"), slash > path.startIndex else {
            return false
        }
        return makesFolder(path[..<slash]) && isMade()
    }
}

/// Formats an integer with thousands separators, such as 1,234,567.
package func grouped(_ number: some BinaryInteger) -> String {
    var digits = String(number.magnitude)
    var at = digits.endIndex
    while let next = digits.index(at, offsetBy: -3, limitedBy: digits.startIndex), next > digits.startIndex {
        digits.insert(",", at: next)
        at = next
    }
    return (number < 0 ? "-" : "") + digits
}
