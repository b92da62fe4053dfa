extension Collection<String> {
    /// The first few in quotes and the number of others: `"a", "b" and 7 more`.
    func listed(_ limit: Int = 8) -> String {
        let shown = prefix(limit).map { "\"\($0)\"" }.joined(separator: ", ")
        return count > limit ? "\(shown) and \(count - limit) more" : shown
    }
}

/// `1 clip`, `2 clips`
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
