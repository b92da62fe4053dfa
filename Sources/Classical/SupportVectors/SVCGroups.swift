import Autograd

/// The training rows of a support vector classifier, sorted by class, and the problems of its pairs of classes.
struct SVCGroups {
    /// The training row of each sorted row.
    let order: [Int]
    private let rows: LabeledRows
    /// The sorted rows of each class.
    private let ranges: [Range<Int>]
    /// The upper bound of each sorted row's variable.
    private let upper: [Double]

    init(_ rows: LabeledRows, upper: [Double]) {
        self.rows = rows
        order = rows.labels.indices.sorted { (rows.labels[$0], $0) < (rows.labels[$1], $1) }
        var ranges: [Range<Int>] = []
        for count in rows.counts {
            let start = ranges.last?.upperBound ?? 0
            ranges.append(start..<start + count)
        }
        self.ranges = ranges
        self.upper = order.map { upper[rows.labels[$0]] * (rows.weights?[$0] ?? 1) }
    }

    /// The classifier of a pair of classes.
    struct Pair: Sendable {
        /// The signed coefficients of the rows of both classes.
        var coefficients: [Double] = []
        var rho = 0.0
        var scaling: PlattScaling?
        var converged = true
        /// The decisions of rows that were left out, by row.
        var heldOut: [(row: Int, decision: Double)] = []
    }

    private static let folds = 5

    /// Trains all pairs of classes in parallel, and five more times with a fifth left out for probabilities.
    func pairs(
        _ matrix: KernelMatrix, _ settings: SMOSettings, probability: Bool, _ generator: RandomGenerator
    ) -> [Pair] {
        let couples = ranges.indices.flatMap { a in (a + 1..<ranges.count).map { (a, $0) } }
        let tasks = probability ? 1 + SVCGroups.folds : 1
        let permutations = couples.map { a, b -> [Int] in
            guard probability else { return [] }
            return generator.split("fold of \(rows.present[a]) against \(rows.present[b])")
                .permutation(ranges[a].count + ranges[b].count)
        }
        var share = settings
        share.cacheBytes /= Double(min(couples.count * tasks, Parallel.threads))
        var results = [Pair](repeating: Pair(), count: couples.count * tasks)
        results.withUnsafeMutableBufferPointer { results in
            Parallel.chunks(couples.count * tasks) { task in
                let (a, b) = couples[task / tasks]
                let variables = Array(ranges[a]) + Array(ranges[b])
                let fold = task % tasks - 1
                if fold < 0 {
                    results[task] = solve(variables, first: ranges[a].count, matrix, share)
                } else {
                    results[task] = heldOut(
                        fold, permutations[task / tasks], variables, first: ranges[a].count, matrix, share)
                }
            }
        }
        return couples.indices.map { couple in
            var pair = results[couple * tasks]
            guard probability else { return pair }
            let (a, b) = couples[couple]
            var decisions = [Double](repeating: 0, count: ranges[a].count + ranges[b].count)
            for fold in 1..<tasks {
                for entry in results[couple * tasks + fold].heldOut { decisions[entry.row] = entry.decision }
            }
            pair.scaling = PlattScaling(
                decisions: decisions, isPositive: decisions.indices.map { $0 < ranges[a].count })
            return pair
        }
    }

    /// Trains on rows of which the first ones belong to the first class.
    private func solve(
        _ variables: [Int], first: Int, _ matrix: KernelMatrix, _ settings: SMOSettings
    ) -> Pair {
        let y = variables.indices.map { $0 < first ? 1.0 : -1.0 }
        let problem = SMOProblem(
            kernel: matrix.subset(variables), rows: Array(variables.indices), y: y, linear: y.map { _ in -1 },
            upper: variables.map { upper[$0] })
        let solution = SMOSolver.solve(problem, settings)
        return Pair(
            coefficients: zip(y, solution.alpha).map(*), rho: solution.rho, converged: solution.converged)
    }

    /// Trains without the rows of a fold and decides on them.
    private func heldOut(
        _ fold: Int, _ permutation: [Int], _ variables: [Int], first: Int, _ matrix: KernelMatrix,
        _ settings: SMOSettings
    ) -> Pair {
        let count = permutation.count
        let range = fold * count / SVCGroups.folds..<(fold + 1) * count / SVCGroups.folds
        let tested = permutation[range].sorted()
        let isTested = tested.reduce(into: [Bool](repeating: false, count: count)) { $0[$1] = true }
        let trained = (0..<count).filter { !isTested[$0] }
        let positive = trained.count { $0 < first }
        var result = Pair()
        guard positive > 0, positive < trained.count else {
            let decision = positive > 0 ? 1.0 : trained.isEmpty ? 0 : -1
            result.heldOut = tested.map { ($0, decision) }
            return result
        }
        let pair = solve(trained.map { variables[$0] }, first: positive, matrix, settings)
        let support = pair.coefficients.indices.filter { pair.coefficients[$0] != 0 }
        let machine = SupportVectors(
            vectors: matrix.x.rows(support.map { variables[trained[$0]] }), function: matrix.function)
        let coefficients = Matrix(
            rows: support.count, columns: 1, values: support.map { pair.coefficients[$0] })
        let sums = machine.sums(matrix.x.rows(tested.map { variables[$0] }), coefficients).values
        result.heldOut = zip(tested, sums).map { ($0, $1 - pair.rho) }
        return result
    }

    /// Collects the support vectors of all pairs.
    func classifier(_ pairs: [Pair], _ matrix: KernelMatrix, _ options: SVCOptions) -> SupportVectorClassifier
    {
        let count = ranges.count
        var coefficients = Matrix(rows: count - 1, columns: order.count)
        var pair = 0
        for a in 0..<count {
            for b in a + 1..<max(count, a + 1) {
                let values = pairs[pair].coefficients
                for (offset, row) in ranges[a].enumerated() { coefficients[b - 1, row] = values[offset] }
                for (offset, row) in ranges[b].enumerated() {
                    coefficients[a, row] = values[ranges[a].count + offset]
                }
                pair += 1
            }
        }
        let support = order.indices.filter { row in
            (0..<count - 1).contains { coefficients[$0, row] != 0 }
        }
        let scalings = pairs.compactMap(\.scaling)
        return SupportVectorClassifier(
            classes: rows.classes, present: rows.present,
            machine: SupportVectors(vectors: matrix.x.rows(support), function: matrix.function),
            supportCounts: ranges.map { range in support.count { range.contains($0) } },
            dualCoefficients: coefficients.columns(support), intercepts: pairs.map { -$0.rho },
            scalings: scalings.isEmpty ? nil : scalings, shape: options.decisionFunctionShape,
            breakTies: options.breakTies, converged: pairs.allSatisfy(\.converged))
    }
}
