/// The program was called wrongly; it ends with status 64.
public struct UsageError: Error {
    public let message: String

    public init(_ message: String) { self.message = message }

    /// With the allowed word nearest to `wrong`, where one is near.
    public init(_ message: String, of wrong: String, among allowed: [String]) {
        self.message =
            message + (nearest(to: wrong, among: allowed).map { "; did you mean \"\($0)\"?" } ?? "")
    }
}

/// Ctrl-C was pressed; the program ends with status 130.
public struct Interrupted: Error {}

/// The word that fewest changes of a letter make out of `word`, if they are few.
public func nearest(to word: String, among words: [String]) -> String? {
    let ranked = words.map { (word: $0, distance: editDistance(Array(word.utf8), Array($0.utf8))) }
    guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
    return best.distance <= max(2, word.utf8.count / 3) ? best.word : nil
}

/// Letters to insert, remove, replace or swap with their neighbour to get from `a` to `b`.
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
