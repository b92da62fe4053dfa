/// The values of features with the class of each example, for plots of features by class.
public struct FeatureTable: Sendable {
    /// The names of the features.
    public var names: [String]
    /// The values, one array per feature with one value per example.
    public var values: [[Double]]
    /// The names of the classes.
    public var classes: [String]
    /// The class of each example, as an index into `classes`.
    public var labels: [Int]

    /// Creates a table. Without classes, all examples form one group.
    public init(names: [String], values: [[Double]], classes: [String] = [], labels: [Int] = []) {
        (self.names, self.values, self.classes, self.labels) = (names, values, classes, labels)
    }

    /// The names of the groups: the classes, or a single group without a name.
    var groups: [String] { classes.isEmpty ? [""] : classes }

    /// Returns the drawable values of a feature in a group.
    func values(_ feature: Int, group: Int) -> [Double] {
        guard feature < values.count else { return [] }
        let column = values[feature]
        guard !classes.isEmpty else { return column.filter { Scale.isDrawn($0) } }
        return zip(column, labels).compactMap { $1 == group && Scale.isDrawn($0) ? $0 : nil }
    }

    /// The number of values of a feature that cannot be drawn.
    func missing(_ feature: Int) -> Int {
        feature < values.count ? values[feature].count { !Scale.isDrawn($0) } : 0
    }

    /// The medians of the first features by group, for the summary.
    func summary(limit: Int) -> String {
        guard !names.isEmpty else { return "No features." }
        let rows = names.indices.prefix(limit).map { feature in
            let medians = groups.indices.prefix(limit).map { group in
                let median = Quartiles(values(feature, group: group))?.median ?? .nan
                return (groups[group].isEmpty ? "" : groups[group] + " ") + NumberText.short(median)
            }
            return "\(names[feature]): median " + medians.joined(separator: ", ")
        }
        let rest = names.count - rows.count
        return rows.joined(separator: "; ") + (rest > 0 ? "; and \(NumberText.count(rest)) more" : "")
    }
}
