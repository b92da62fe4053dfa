import Lab

extension RunSet {
    /// Reads the sets that a path names, and prints a warning about runs and members that have not ended.
    static func reported(_ path: String, skipsUnfinished: Bool = false) throws -> [RunSet] {
        let sets = try all(path, skipsUnfinished: skipsUnfinished)
        let warnings =
            sets.compactMap(\.warning) + [skipsUnfinished ? try missingMembers(path) : nil].compactMap { $0 }
        for warning in warnings { Terminal.error("warning: \(warning)") }
        return sets
    }

    /// The only set that a path names, with a warning about runs that have not ended. Throws if the path names several.
    static func reportedOne(_ path: String) throws -> RunSet {
        let set = try RunSet(path)
        if let warning = set.warning { Terminal.error("warning: \(warning)") }
        return set
    }
}
