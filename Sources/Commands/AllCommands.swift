extension Program {
    /// The program with all commands of the package. A program of your own adds to `commands`.
    public static let standard = Program(
        name: "Train",
        summary: "Trains and evaluates speech models, configured by JSON files.",
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
            .completions,
        ])
}
