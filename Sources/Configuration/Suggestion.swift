/// Did-you-mean: the known word that a misspelled one was likely meant to be.
public enum Suggestion {
    /// The closest of `known` to `word`, or nil where none is close. Capitals, `-` and `_` do not count;
    /// otherwise about one slip in three letters is forgiven, and a beginning of at least three letters counts.
    public static func closest(to word: String, among known: [String]) -> String? {
        guard word.utf8.count <= 64 else { return nil }
        let target = folded(word)
        guard !target.isEmpty else { return nil }
        var best: (word: String, distance: Int)?
        for candidate in known where candidate.utf8.count <= 64 {
            let other = folded(candidate)
            let limit = target == other ? 0 : max(target.count, other.count) / 3
            let distance = distance(target, other, limit: limit)
            if let distance, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        if let best { return best.word }
        let completions = known.filter { target.count >= 3 && folded($0).starts(with: target) }
        return completions.count == 1 ? completions[0] : nil
    }

    /// `; did you mean "units"?`, or nothing.
    static func question(_ word: String, _ known: [String]) -> String {
        closest(to: word, among: known).map { "; did you mean \(JSONValue.quoted($0))?" } ?? ""
    }

    private static func folded(_ word: String) -> [UnicodeScalar] {
        word.lowercased().unicodeScalars.filter { $0 != "_" && $0 != "-" && $0 != " " }
    }

    /// Insertions, removals, changes and swaps of neighbors that lead from one word to the other; nil above `limit`.
    private static func distance(_ a: [UnicodeScalar], _ b: [UnicodeScalar], limit: Int) -> Int? {
        guard abs(a.count - b.count) <= limit else { return nil }
        var before: [Int] = []
        var last = Array(0...b.count)
        for i in 0..<a.count {
            var row = [i + 1]
            for j in 0..<b.count {
                var cost = min(last[j] + (a[i] == b[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1)
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, before[j - 1] + 1) }
                row.append(cost)
            }
            (before, last) = (last, row)
        }
        return last[b.count] <= limit ? last[b.count] : nil
    }
}
