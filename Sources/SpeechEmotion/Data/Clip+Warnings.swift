extension Clip {
    /// The reasons why predictions for this clip are not meaningful; usually none. Throws if its file cannot be read.
    package func warnings() throws -> [AudioWarning] {
        guard case .file(let path, let start, let end) = source else { return [] }
        return try AudioFile.warnings(path, offset: start ?? 0, duration: end.map { $0 - (start ?? 0) })
    }
}
