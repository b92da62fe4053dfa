import Lab

extension Command {
    /// Lists runs and ablations.
    static let runs: Command = Command(
        name: "runs",
        summary: "Lists the runs and ablations in a folder, with their state, metrics and config changes.",
        argument: Argument(
            placeholder: "FOLDER", help: "The folder with the runs; \"runs\" unless given.",
            completion: .files),
        options: [TableFormat.option],
        examples: [
            ("Train runs", "Lists what is in the folder runs."),
            ("Train runs runs --format csv > runs.csv", "Writes the list as a table for other programs."),
        ],
        run: { arguments in
            let listing = try RunListing(arguments.argument ?? "runs")
            Terminal.show(arguments.tableFormat.text(listing.table))
        })
}
