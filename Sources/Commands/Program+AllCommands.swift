extension Program {
    /// The program with all built-in commands. A custom program can append to `commands`.
    public static let standard = Program(
        name: "Train",
        summary:
            "Speech emotion recognition experiments: train, evaluate and analyze models configured by JSON files.",
        commands: [
            .run,
            .check,
            .ablate,
            .compare,
            .runs,
            .new,
            .evaluate,
            .predict,
            .segments,
            .serve,
            .report,
            .plot,
            .reproduce,
            .verify,
            .combine,
            .export,
            .importing,
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
