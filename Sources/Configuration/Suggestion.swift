/// Did-you-mean suggestions for misspelled words.
public enum Suggestion {
    /// Returns the closest match for `word` among `known`, or nil if none is close. Case, `-` and `_` are ignored.
    /// A word that leaves out parts of one known word matches it, as `validation_f1` matches `validation_macro_f1`; otherwise
    /// about one error per three letters is tolerated, and a prefix of at least three letters matches.
    public static func closest(to word: String, among known: [String]) -> String? {
        guard word.utf8.count <= 64 else { return nil }
        let target = folded(word)
        guard !target.isEmpty else { return nil }
        let parts = Set(word.split(separator: "_"))
        let longer = known.filter {
            $0 != word && parts.count > 1 && parts.isSubset(of: $0.split(separator: "_"))
        }
        if longer.count == 1 { return longer[0] }
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

    /// Returns `; did you mean "units"?`, or an empty string.
    static func question(_ word: String, _ known: [String]) -> String {
        closest(to: word, among: known).map { "; did you mean \(JSONValue.quoted($0))?" } ?? ""
    }

    private static func folded(_ word: String) -> [UnicodeScalar] {
        word.lowercased().unicodeScalars.filter { $0 != "_" && $0 != "-" && $0 != " " }
    }

    /// Returns the edit distance with transpositions, or nil if it exceeds `limit`.
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
