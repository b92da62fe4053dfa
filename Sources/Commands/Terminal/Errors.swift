/// Incorrect usage of the command line; the exit status is 64.
public struct UsageError: Error {
    public let message: String

    public init(_ message: String) { self.message = message }

    /// Creates an error that suggests the allowed word most similar to `wrong`, if any is similar.
    public init(_ message: String, of wrong: String, among allowed: [String]) {
        self.message =
            message + (nearest(to: wrong, among: allowed).map { "; did you mean \"\($0)\"?" } ?? "")
    }
}

/// A command failed after reporting the details; the exit status is 1.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String
}

/// Interrupted by Ctrl-C or SIGTERM; the exit status is 130.
public struct Interrupted: Error {}

/// Returns the word with the smallest edit distance to `word`, if it is small.
public func nearest(to word: String, among words: [String]) -> String? {
    let ranked = words.map { (word: $0, distance: editDistance(Array(word.utf8), Array($0.utf8))) }
    guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
    return best.distance <= max(2, word.utf8.count / 3) ? best.word : nil
}

/// The edit distance with insertions, deletions, substitutions and transpositions.
private func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var beforeLast = [Int](repeating: 0, count: b.count + 1)
    var last = Array(0...b.count)
    for i in a.indices {
        var row = [i + 1] + [Int](repeating: 0, count: b.count)
        for j in b.indices {
            row[j + 1] = min(last[j] + (a[i] == b[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1)
            if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                row[j + 1] = min(row[j + 1], beforeLast[j - 1] + 1)
            }
        }
        (beforeLast, last) = (last, row)
    }
    return last[b.count]
}
