import Autograd
import Classical

/// Uniform manifold approximation and projection into two dimensions (McInnes, Healy and Melville 2018). Options and
/// defaults are those of umap-learn.
public struct UMAP: Sendable, Equatable {
    /// How the nearest neighbors are found.
    public enum Search: String, Sendable, Equatable, CaseIterable {
        /// Exact below 4096 rows, NN-descent from there on.
        case automatic
        /// All pairs of rows.
        case exact
        /// Approximate (Dong, Moses and Li 2011).
        case nnDescent
    }

    /// The result.
    public struct Result: Sendable, Equatable {
        /// The positions, one row of two values per example.
        public var embedding: Matrix
        /// The number of epochs.
        public var epochs: Int
        /// Whether the optimization was stopped early by `isStopped`.
        public var wasStopped: Bool
    }

    /// The number of neighbors of each row, including the row itself. Data with fewer rows have fewer.
    public var nNeighbors: Int
    /// The minimum distance between points in the embedding; at most `spread`.
    public var minDist: Double
    /// The scale of distances in the embedding.
    public var spread = 1.0
    /// The number of epochs; nil for 500, or 200 above 10,000 rows.
    public var nEpochs: Int?
    /// The metric of the data.
    public var metric: DistanceMetric
    /// The initial layout.
    public var initialization = ProjectionInit.spectral
    /// How the nearest neighbors are found.
    public var search = Search.automatic
    /// The initial learning rate.
    public var learningRate = 1.0
    /// The number of random points that repel a point each time that a neighbor attracts it.
    public var negativeSampleRate = 5
    /// The weight of the repulsion.
    public var repulsionStrength = 1.0
    /// The weight of the union of the neighborhoods against their intersection, 0 to 1.
    public var setOpMixRatio = 1.0
    /// The number of neighbors that are assumed to be fully connected.
    public var localConnectivity = 1.0

    /// Creates the options.
    public init(nNeighbors: Int = 15, minDist: Double = 0.1, metric: DistanceMetric = .euclidean) {
        (self.nNeighbors, self.minDist, self.metric) = (nNeighbors, minDist, metric)
    }

    /// Computes an embedding. The result depends on the arguments alone and not on the number of threads: points are
    /// moved one after the other.
    ///
    /// - Parameters:
    ///   - x: One row per example; all values must be finite.
    ///   - generator: The source of every random choice.
    ///   - progress: Called after each epoch.
    ///   - isStopped: Called before each epoch; true ends the optimization with the layout reached so far.
    public func fit(
        _ x: Matrix, generator: RandomGenerator, progress: (ProjectionProgress) -> Void = { _ in },
        isStopped: () -> Bool = { false }
    ) throws(FittingError) -> Result {
        try check(x)
        let generator = generator.split("umap")
        let data = DistanceRows(x, metric: metric)
        let count = min(nNeighbors, x.rows) - 1
        let isExact = search == .exact || search == .automatic && x.rows < 4096
        let graph =
            isExact
            ? NeighborGraph(exact: data, count: count)
            : NNDescent(data: data, count: count).graph(generator: generator.split("neighbors"))
        let epochs = nEpochs ?? (x.rows <= 10_000 ? 500 : 200)
        let set = FuzzySimplicialSet(
            graph, localConnectivity: localConnectivity, setOpMixRatio: setOpMixRatio)
        let start = try layout(x, set, generator)
        var optimizer = UMAPOptimizer(
            options: self, set: set, positions: start, epochs: epochs,
            generator: generator.split("optimizer"))
        let wasStopped = optimizer.run(progress: progress, isStopped: isStopped)
        guard optimizer.layout.values.allSatisfy({ abs($0) < 1e100 }) else {
            throw FittingError(
                "\"learning_rate\"", found: "\(learningRate)",
                allowed: "a smaller value: the optimization diverged")
        }
        return Result(embedding: optimizer.layout, epochs: optimizer.epoch, wasStopped: wasStopped)
    }

    private func check(_ x: Matrix) throws(FittingError) {
        try ProjectionCheck.data(x, minimum: 3)
        try ProjectionCheck.option("n_neighbors", nNeighbors, in: 2...Int.max)
        try ProjectionCheck.option("spread", spread, "above 0, at most 1000") { $0 > 0 && $0 <= 1000 }
        try ProjectionCheck.option("min_dist", minDist, "0 to spread, \(spread)") {
            $0 >= 0 && $0 <= spread
        }
        if let nEpochs { try ProjectionCheck.option("n_epochs", nEpochs, in: 1...1_000_000) }
        try ProjectionCheck.option("learning_rate", learningRate, "above 0") { $0 > 0 }
        try ProjectionCheck.option("negative_sample_rate", negativeSampleRate, in: 0...1000)
        try ProjectionCheck.option("repulsion_strength", repulsionStrength, "at least 0") { $0 >= 0 }
        try ProjectionCheck.option("set_op_mix_ratio", setOpMixRatio, "0 to 1") { (0...1).contains($0) }
        try ProjectionCheck.option("local_connectivity", localConnectivity, "at least 0") { $0 >= 0 }
    }

    /// The initial layout; all but given positions are scaled to 0 to 10 on each axis.
    private func layout(
        _ x: Matrix, _ set: FuzzySimplicialSet, _ generator: RandomGenerator
    ) throws(FittingError) -> Matrix {
        let random = generator.split("layout")
        var positions: Matrix
        switch initialization {
        case .positions(let given):
            try ProjectionCheck.positions(given, rows: x.rows, "\"init\"")
            return given
        case .random:
            positions = Matrix(rows: x.rows, columns: 2)
            for at in positions.values.indices { positions.values[at] = random.uniform() }
        case .pca:
            positions = InitialLayout.principal(x, deviation: 1, random)
        case .spectral:
            positions = SpectralLayout(set: set, data: x).positions(generator: random)
        }
        return InitialLayout.scaled(positions, noise: 1e-4, random)
    }
}
