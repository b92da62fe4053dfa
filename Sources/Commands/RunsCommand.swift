import Lab

extension Command {
    /// Lists runs and ablations.
    static let runs: Command = Command(
        name: "runs",
        summary:
            "List the runs and ablations in a folder, with their states, metrics, warnings and config changes.",
        argument: Argument(
            placeholder: "FOLDER", help: "Folder that contains the runs (default: runs).",
            isOptional: true, completion: .files),
        options: [TableFormat.option],
        examples: [
            ("Train runs", "List the runs in the folder runs."),
            ("Train runs runs --format csv > runs.csv", "Write the list as CSV."),
        ],
        run: { arguments in
            let listing = try RunListing(arguments.argument ?? "runs")
            Terminal.show(arguments.tableFormat.text(listing.table))
        })
}
