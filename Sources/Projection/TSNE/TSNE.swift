import Autograd
import Classical

/// t-distributed stochastic neighbor embedding into two dimensions (van der Maaten and Hinton 2008), with the
/// Barnes-Hut approximation (van der Maaten 2014) for many rows. Options and defaults are those of scikit-learn.
public struct TSNE: Sendable, Equatable {
    /// How the gradient is computed.
    public enum Method: String, Sendable, Equatable, CaseIterable {
        /// Exact up to 512 rows, Barnes-Hut above.
        case automatic
        /// All pairs of rows: time and memory grow with the square of their number.
        case exact
        /// The `3 * perplexity` nearest neighbors attract; distant groups of rows repel like one.
        case barnesHut
    }

    /// The result.
    public struct Result: Sendable, Equatable {
        /// The positions, one row of two values per example.
        public var embedding: Matrix
        /// The Kullback-Leibler divergence between the similarities of the data and of the embedding.
        public var klDivergence: Double
        /// The number of iterations.
        public var iterations: Int
        /// Whether the optimization was stopped early by `isStopped`.
        public var wasStopped: Bool
    }

    /// The effective number of neighbors of each row; below the number of rows.
    public var perplexity: Double
    /// The factor of the attraction in the first 250 iterations, which lets clusters form.
    public var earlyExaggeration = 12.0
    /// The learning rate; nil for the larger of 50 and rows / earlyExaggeration / 4.
    public var learningRate: Double?
    /// The maximum number of iterations; at least 250.
    public var maxIterations = 1000
    /// The optimization ends after this many iterations without a lower loss, checked every 50 iterations.
    public var iterationsWithoutProgress = 300
    /// The optimization ends when the norm of the gradient falls below this value.
    public var minGradientNorm = 1e-7
    /// The metric of the data. Its distances are squared.
    public var metric = DistanceMetric.euclidean
    /// The initial layout; `.spectral` is not available.
    public var initialization = ProjectionInit.pca
    /// How the gradient is computed.
    public var method = Method.automatic
    /// Barnes-Hut: the largest size of a group relative to its distance; larger is faster and less accurate.
    public var angle = 0.5

    /// Creates the options.
    public init(perplexity: Double = 30, metric: DistanceMetric = .euclidean) {
        (self.perplexity, self.metric) = (perplexity, metric)
    }

    /// Computes an embedding. The result depends on the arguments alone and not on the number of threads.
    ///
    /// - Parameters:
    ///   - x: One row per example; all values must be finite.
    ///   - generator: The source of random positions; not used otherwise.
    ///   - progress: Called every 50 iterations with the loss.
    ///   - isStopped: Called before each iteration; true ends the optimization with the layout reached so far.
    public func fit(
        _ x: Matrix, generator: RandomGenerator, progress: (ProjectionProgress) -> Void = { _ in },
        isStopped: () -> Bool = { false }
    ) throws(FittingError) -> Result {
        try check(x)
        let isExact = method == .exact || method == .automatic && x.rows <= 512
        let count = isExact ? x.rows - 1 : min(x.rows - 1, Int(3 * perplexity + 1))
        let graph = NeighborGraph(exact: DistanceRows(x, metric: metric), count: count)
        let affinities = Affinities(graph, perplexity: perplexity)
        let start = try layout(x, generator.split("tsne"))
        var optimizer = TSNEOptimizer(
            options: self, affinities: affinities, positions: start, isExact: isExact)
        let wasStopped = optimizer.run(progress: progress, isStopped: isStopped)
        let embedding = optimizer.layout
        guard embedding.values.allSatisfy({ abs($0) < 1e100 }) else {
            throw FittingError(
                "\"learning_rate\"", found: learningRate.map { "\($0)" } ?? "automatic",
                allowed: "a smaller value: the optimization diverged")
        }
        return Result(
            embedding: embedding, klDivergence: optimizer.divergence, iterations: optimizer.iterations,
            wasStopped: wasStopped)
    }

    private func check(_ x: Matrix) throws(FittingError) {
        try ProjectionCheck.data(x, minimum: 2)
        try ProjectionCheck.option(
            "perplexity", perplexity, "at least 1 and less than the number of rows, \(x.rows)"
        ) { $0 >= 1 && $0 < Double(x.rows) }
        try ProjectionCheck.option("early_exaggeration", earlyExaggeration, "at least 1") { $0 >= 1 }
        if let learningRate {
            try ProjectionCheck.option("learning_rate", learningRate, "above 0") { $0 > 0 }
        }
        try ProjectionCheck.option("max_iter", maxIterations, in: TSNEOptimizer.exploration...Int.max)
        try ProjectionCheck.option("n_iter_without_progress", iterationsWithoutProgress, in: 1...Int.max)
        try ProjectionCheck.option("min_grad_norm", minGradientNorm, "at least 0") { $0 >= 0 }
        try ProjectionCheck.option("angle", angle, "0 to 1") { (0...1).contains($0) }
    }

    /// The initial layout; the first principal component gets a standard deviation of 1e-4, as random positions have.
    private func layout(_ x: Matrix, _ generator: RandomGenerator) throws(FittingError) -> Matrix {
        switch initialization {
        case .positions(let positions):
            try ProjectionCheck.positions(positions, rows: x.rows, "\"init\"")
            return positions
        case .spectral:
            throw FittingError("\"init\"", found: "spectral", allowed: "pca, random or positions")
        case .random:
            return InitialLayout.normal(rows: x.rows, deviation: 1e-4, generator)
        case .pca:
            return InitialLayout.principal(x, deviation: 1e-4, generator)
        }
    }
}
