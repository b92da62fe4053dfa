extension Evaluation {
    /// The protocol, with the seeds of the models: "speaker-independent hold-out test, 4 test speakers, 64 test clips, 1 seed (42)".
    public func protocolText() throws -> String {
        let members = try runs.map { path in
            try RunGroup.Member(RunRecord(path)).evaluated(predictions, result)
        }
        var group = RunGroup(name, members)
        group.note(data == nil ? nil : name, result.subset, of: try RunRecord(runs[0]).experiment)
        let ensemble = runs.count > 1 ? "ensemble of \(runs.count) models: " : ""
        return ensemble + group.protocolText + " (\(group.seeds.map(String.init).joined(separator: ", ")))"
    }
}
