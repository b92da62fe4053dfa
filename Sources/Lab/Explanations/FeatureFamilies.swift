/// Groups of columns that come from one feature, such as all values of `mfcc`.
public struct FeatureFamilies: Sendable {
    /// The names of the families, in the order of their first columns.
    public private(set) var names: [String] = []
    /// The columns of each family.
    public private(set) var columns: [[Int]] = []

    /// Groups columns by their names up to the first number or, without one, up to the statistic at the end.
    public init(_ columnNames: [String]) {
        var places: [String: Int] = [:]
        for (column, name) in columnNames.enumerated() {
            let words = name.split(separator: "_")
            let stem = words.prefix { Int($0) == nil }
            let family = (stem.count == words.count && words.count > 1 ? words.dropLast() : stem[...])
                .joined(separator: "_")
            let key = family.isEmpty ? name : family
            if let place = places[key] {
                columns[place].append(column)
            } else {
                places[key] = names.count
                names.append(key)
                columns.append([column])
            }
        }
    }
}
