extension NeighborSearch {
    /// Creates a search in rows that are checked for the number of neighbors and for overflow.
    init(checking x: Matrix, metric: NeighborMetric, neighbors: Int) throws(FittingError) {
        guard (1...x.rows).contains(neighbors) else {
            throw FittingError("\"n_neighbors\"", found: "\(neighbors)", allowed: "1 to the \(x.rows) rows")
        }
        self.init(x, metric: metric, neighbors: neighbors)
        try requireFinite(x.squaredLengths.map { 4 * $0 }, "the squared length of row")
    }

    /// The search as arrays.
    func arrays(_ weights: NeighborWeights) -> [NamedArray] {
        let options = [
            NeighborMetric.allCases.firstIndex(of: metric) ?? 0,
            NeighborWeights.allCases.firstIndex(of: weights) ?? 0,
            neighbors,
        ]
        return [NamedArray("x", x), NamedArray("options", options.map(Double.init))]
    }

    /// Reads a search from arrays.
    static func read(_ reader: ArrayReader) throws(FittingError) -> (NeighborSearch, NeighborWeights) {
        let x = try reader.matrix("x")
        let options = try reader.integers("options", in: 0..<1 << 24, count: 3)
        guard x.columns > 0, NeighborMetric.allCases.indices.contains(options[0]),
            NeighborWeights.allCases.indices.contains(options[1]), (1...max(1, x.rows)).contains(options[2]),
            x.rows > 0
        else {
            throw FittingError(
                "the array \"options\"", found: "\(options)",
                allowed: "a metric, a kind of weights, and 1 to \(x.rows) neighbors")
        }
        let search = NeighborSearch(x, metric: NeighborMetric.allCases[options[0]], neighbors: options[2])
        return (search, NeighborWeights.allCases[options[1]])
    }
}
