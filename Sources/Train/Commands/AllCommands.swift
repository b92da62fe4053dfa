extension Program {
    /// This program. A new command joins by its line here.
    static let train: Program = Program(
        name: "Train",
        summary: "Trains and evaluates models of speech, from experiments written as JSON.",
        commands: [
            .run,
            .check,
            .ablate,
            .compare,
            .runs,
            .new,
            .evaluate,
            .predict,
            .report,
            .verify,
            .combine,
            .export,
            .dataFetch,
            .dataList,
            .dataStats,
            .dataAudit,
            .dataSplit,
            .features,
            .cache,
            .schema,
            .bench,
            .demo,
            .completions,
        ])
}
