import Classical

/// Gradient descent with momentum and a gain per coordinate.
struct TSNEOptimizer {
    /// The number of iterations with early exaggeration.
    static let exploration = 250
    private static let checkEvery = 50

    private let options: TSNE
    private let learningRate: Double
    private let affinities: Affinities
    private var gradient: TSNEGradient
    /// The positions: all x, then all y.
    private var positions: [Double]
    private(set) var iterations = 0

    init(options: TSNE, affinities: Affinities, positions: Matrix, isExact: Bool) {
        self.options = options
        self.affinities = affinities
        let rows = Double(positions.rows)
        learningRate = options.learningRate ?? max(rows / options.earlyExaggeration / 4, 50)
        self.positions =
            (0..<positions.rows).map { positions[$0, 0] } + (0..<positions.rows).map { positions[$0, 1] }
        gradient = TSNEGradient(rows: positions.rows, angle: isExact ? nil : options.angle)
    }

    /// The current positions, one row of two values per example.
    var layout: Matrix {
        let rows = affinities.rows
        return Matrix(
            rows: rows, columns: 2, values: (0..<rows).flatMap { [positions[$0], positions[rows + $0]] })
    }

    /// The Kullback-Leibler divergence at the current positions.
    var divergence: Double {
        mutating get {
            gradient.update(positions, affinities, exaggeration: 1)
            return gradient.divergence(positions, affinities, exaggeration: 1)
        }
    }

    /// Runs both phases. Returns whether `isStopped` ended them.
    mutating func run(progress: (ProjectionProgress) -> Void, isStopped: () -> Bool) -> Bool {
        let isStoppedFirst = descend(
            to: Self.exploration, momentum: 0.5, exaggeration: options.earlyExaggeration,
            patience: Self.exploration, progress, isStopped)
        guard !isStoppedFirst else { return true }
        return descend(
            to: options.maxIterations, momentum: 0.8, exaggeration: 1,
            patience: options.iterationsWithoutProgress, progress, isStopped)
    }

    private mutating func descend(
        to end: Int, momentum: Double, exaggeration: Double, patience: Int,
        _ progress: (ProjectionProgress) -> Void, _ isStopped: () -> Bool
    ) -> Bool {
        var velocity = [Double](repeating: 0, count: positions.count)
        var gains = [Double](repeating: 1, count: positions.count)
        var best = (loss: Double.infinity, iteration: iterations)
        while iterations < end {
            if isStopped() { return true }
            gradient.update(positions, affinities, exaggeration: exaggeration)
            let isCheck = (iterations + 1) % Self.checkEvery == 0
            let loss =
                isCheck ? gradient.divergence(positions, affinities, exaggeration: exaggeration) : .nan
            step(&velocity, &gains, momentum)
            iterations += 1
            guard isCheck else { continue }
            progress(ProjectionProgress(done: iterations, total: options.maxIterations, loss: loss))
            if loss < best.loss {
                best = (loss, iterations)
            } else if iterations - best.iteration > patience {
                break
            }
            if gradient.norm <= options.minGradientNorm { break }
        }
        return false
    }

    private mutating func step(_ velocity: inout [Double], _ gains: inout [Double], _ momentum: Double) {
        for at in positions.indices {
            let slope = gradient.values[at]
            gains[at] = velocity[at] * slope < 0 ? gains[at] + 0.2 : max(gains[at] * 0.8, 0.01)
            velocity[at] = momentum * velocity[at] - learningRate * gains[at] * slope
            positions[at] += velocity[at]
        }
    }
}
