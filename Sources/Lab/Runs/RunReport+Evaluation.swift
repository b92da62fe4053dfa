import SpeechEmotion

extension RunReport {
    /// Creates the report of an evaluation. It shows recordings and attention if the audio can be read.
    public init(_ evaluation: Evaluation) throws {
        let records = try evaluation.runs.map { try RunRecord($0) }
        let first = records[0]
        let options = first.experiment.evaluation
        let isOther = evaluation.data != nil
        self.init(title: "\(records.map(\.name).joined(separator: ", ")) on \(evaluation.name)")
        lead =
            records.count == 1
            ? "Evaluation of a trained model."
            : "Evaluation of an ensemble of \(records.count) models, which \(evaluation.vote.summary)."
        facts = [
            (records.count == 1 ? "Run" : "Runs", evaluation.runs.joined(separator: ", ")),
            ("Data", (evaluation.data ?? first.experiment.data).source.encode().line),
            (isOther ? "Clips" : "Subset", isOther ? "\(evaluation.predictions.ids.count)" : evaluation.name),
        ]
        if !evaluation.labels.labels.entries.isEmpty {
            facts.append(("Labels", evaluation.labels.labels.encode().line))
        }
        if !evaluation.omissions.isEmpty {
            facts.append(("Excluded", evaluation.omissions.joined(separator: "; ")))
        }
        if !evaluation.tta.copies.isEmpty {
            facts.append(("Test-time augmentation", evaluation.tta.copies.encode().line))
        }
        if isOther {
            audit = Audit(
                [
                    evaluation.overlap.map { (.problem, $0) }
                        ?? (.fine, "no clip name occurs in the training or validation sets of the runs")
                ] + (evaluation.clipWarnings?.sentence.map { [(.problem, $0)] } ?? []))
        } else if evaluation.result.subset == first.experiment.evaluation.subset.splitSubset {
            split = Self.split(of: first, first.experiment)
        }
        add(evaluation.result, options)
        truncation = TruncationTable(
            evaluation.result.truncation.map { (evaluation.name, $0.summary) })
        adaptation = evaluation.adaptationTable
        metricsNote =
            "Evaluated on \(isOther ? "the clips of " : "the subset ")\(evaluation.name). "
            + evaluation.result.intervalNote
        try add(
            evaluation.predictions, options,
            unit: evaluation.predictions.unit(speakerIndependent: evaluation.result.speakerIndependent))
        addNotes(
            evaluation.predictions, in: isOther ? nil : "the \(evaluation.result.subset.word) set",
            records.map(\.trainedExperiment))
        if !options.groups.isEmpty, let columns = try? ClipColumns(options.groups, of: evaluation.clips) {
            groups = evaluation.predictions.groupMetrics(
                columns, first.experiment.measured,
                speakerIndependent: evaluation.result.speakerIndependent)
        }
        guard evaluation.predictions.parts.isEmpty, evaluation.predictions.task == .classification else {
            environment = Self.environment(RunEnvironment.now())
            return
        }
        try addExamples(
            evaluation.predictions, evaluation.clips, sound: evaluation.sound,
            // An ensemble has no attention of its own; that of its first model is shown.
            Predictor(evaluation.runs[0], tta: evaluation.tta))
        environment = Self.environment(RunEnvironment.now())
    }
}
