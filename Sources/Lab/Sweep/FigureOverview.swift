/// All figures of the members of an ablation: the mean over their runs, and how far these are apart.
public struct FigureOverview: ReadableTable {
    public let title = "All figures"
    public let note: String
    public let columns: [String]
    public let cells: [[String]]

    /// - Parameters:
    ///   - members: their names, in order.
    ///   - figures: the names of the figures.
    ///   - values: of a figure, one for each run of a member that has it.
    init(members: [String], figures: [String], values: (_ member: String, _ figure: String) -> [Double]) {
        columns = ["variant"] + figures
        let spreads = members.map { member in figures.map { Spread(values(member, $0)) } }
        cells = zip(members, spreads).map { member, spreads in
            [member] + zip(figures, spreads).map { $1.text(isShare: Figure(rawValue: $0)?.isShare ?? false) }
        }
        let isSpread = spreads.joined().contains { $0.deviation.isFinite }
        note = isSpread ? "± is the standard deviation over runs." : ""
    }
}

/// The mean of some numbers and their standard deviation.
struct Spread {
    /// nan where there are none.
    var mean: Double
    /// nan where there are fewer than two.
    var deviation: Double

    init(_ values: [Double]) {
        let count = Double(values.count)
        let mean = values.reduce(0, +) / count
        self.mean = mean
        deviation =
            values.count > 1
            ? (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)).squareRoot() : .nan
    }

    /// "66.4 ± 3.2 %", or without what is not known.
    func text(isShare: Bool) -> String {
        guard deviation.isFinite else { return isShare ? NumberText.percent(mean) : NumberText.short(mean) }
        return isShare
            ? NumberText.fixed(mean * 100, 1) + " ± " + NumberText.percent(deviation)
            : NumberText.short(mean) + " ± " + NumberText.short(deviation)
    }
}
