/// Which weights of a file a model takes over, and their new names.
public struct WeightSelection: Sendable {
    /// The names and layouts in the file; nil infers them from the file.
    public var format: WeightFormat?
    /// Patterns of names to load; each may match names in the file or in the model.
    public var include: NamePatterns = ["*"]
    /// Patterns of names not to load, even if `include` matches them.
    public var exclude: NamePatterns = []
    /// New names for names in the file. The first matching pattern applies; * stands for the same characters in both.
    public var rename: [(pattern: String, name: String)] = []
    /// Whether the last dense layer keeps its initial weights; nil resets it if its shape differs.
    public var resetHead: Bool?

    /// Creates a selection of all weights.
    public init() {}

    /// Whether a tensor with these names, in the file and in the model, is loaded.
    func takes(_ names: [String]) -> Bool {
        names.contains(where: include.match) && !names.contains(where: exclude.match)
    }

    /// Returns the name that a name in the file is changed to.
    func renamed(_ name: String) -> String {
        for (pattern, new) in rename {
            if let parts = captures(pattern, name) { return filled(new, parts) }
        }
        return name
    }

    /// Returns the name in the file that is changed to a name.
    func original(_ name: String) -> String {
        for (pattern, new) in rename {
            if let parts = captures(new, name) { return filled(pattern, parts) }
        }
        return name
    }

    /// Adds the patterns that match nothing to a problem.
    func checkPatterns(file: [String], model: [String], _ problem: inout WeightsError) {
        let known = file + file.map(renamed) + model
        for (key, patterns) in [("include", include.list), ("exclude", exclude.list)] {
            for pattern in patterns where pattern != "*" && !known.contains(where: { matches(pattern, $0) }) {
                problem.unlike.append(
                    ("the pattern \"\(pattern)\" in \"\(key)\"", "no name in the file or the model matches"))
            }
        }
        for (pattern, _) in rename where !file.contains(where: { matches(pattern, $0) }) {
            problem.unlike.append(
                ("the pattern \"\(pattern)\" in \"rename\"", "no name in the file matches"))
        }
    }

    private func filled(_ pattern: String, _ parts: [Substring]) -> String {
        let pieces = pattern.split(separator: "*", omittingEmptySubsequences: false)
        var result = String(pieces[0])
        for (index, piece) in pieces.dropFirst().enumerated() {
            result += (index < parts.count ? parts[index] : "") + piece
        }
        return result
    }
}

/// Returns what each * of a pattern stands for, as few characters as possible; nil if the name does not match.
func captures(_ pattern: String, _ name: String) -> [Substring]? {
    let pieces = pattern.split(separator: "*", omittingEmptySubsequences: false)
    guard pieces.count > 1 else { return pattern == name ? [] : nil }
    guard matches(pattern, name) else { return nil }
    var rest = name.dropFirst(pieces[0].count)
    var parts: [Substring] = []
    for piece in pieces.dropFirst().dropLast() {
        guard let range = piece.isEmpty ? rest.startIndex..<rest.startIndex : rest.firstRange(of: piece)
        else {
            return nil
        }
        parts.append(rest[..<range.lowerBound])
        rest = rest[range.upperBound...]
    }
    return parts + [rest.dropLast(pieces[pieces.count - 1].count)]
}
