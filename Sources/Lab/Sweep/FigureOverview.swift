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
            [member] + zip(figures, spreads).map { $1.text(isShare: Figure.isShare($0)) }
        }
        let isSpread = spreads.joined().contains { $0.deviation.isFinite }
        note = isSpread ? "± is the standard deviation over runs." : ""
    }
}
