import Lab

extension Common {
    static let slurmOptions = Option.text(
        "slurm-options", "OPTIONS",
        help:
            "Additional sbatch options for the script, such as --slurm-options \"--partition=long --time=8:00:00\"."
    )
}

extension Arguments {
    /// What `--slurm-options` asks for; none without it.
    func slurmOptions() throws -> SlurmOptions {
        guard let text = self[Common.slurmOptions] else { return SlurmOptions() }
        do throws(LabError) { return try SlurmOptions(parsing: text) } catch {
            throw UsageError("--\(Common.slurmOptions.name): \(error)")
        }
    }
}

/// Returns the words of a command line without some options and their values.
///
/// - Parameters:
///   - flags: The names of options without a value.
///   - valued: The names of options with a value.
func commandLine(_ words: [String], withoutFlags flags: [String] = [], options valued: [String]) -> [String] {
    words.indices.filter { index in
        let name = String(words[index].prefix { $0 != "=" })
        let isValue = index > 0 && valued.contains { "--" + $0 == words[index - 1] }
        return !isValue && !(flags + valued).contains { "--" + $0 == name }
    }.map { words[$0] }
}
