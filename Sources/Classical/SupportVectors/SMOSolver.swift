/// Sequential minimal optimization with second-order working set selection (Fan, Chen and Lin 2005) and shrinking, in
/// the order of libsvm.
struct SMOSolver: ~Copyable {
    private let problem: SMOProblem
    private let settings: SMOSettings
    private let count: Int
    /// The values of all variables; those of active ones are in `state`.
    private var alpha: [Double]
    private var gradient: [Double]
    /// The active variables, ascending.
    private var active: [Int]
    private var state: SMOState
    private var cache: RowCache
    private var isUnshrunk = false
    /// Whether variable i belongs to row i of the kernel.
    private let isDirect: Bool
    /// The kernel values of one row of the problem.
    private let rowScratch: UnsafeMutablePointer<Float>

    /// Solves a problem.
    static func solve(_ problem: SMOProblem, _ settings: SMOSettings) -> SMOSolution {
        var solver = SMOSolver(problem, settings)
        return solver.run()
    }

    private init(_ problem: SMOProblem, _ settings: SMOSettings) {
        (self.problem, self.settings) = (problem, settings)
        count = problem.y.count
        alpha = Array(repeating: 0, count: count)
        gradient = zip(problem.y, problem.linear).map(*)
        active = Array(0..<count)
        state = SMOState(capacity: count)
        cache = RowCache(rows: count, stride: SMOState.padded(count), bytes: settings.cacheBytes)
        rowScratch = .allocate(capacity: problem.kernel.count)
        isDirect = problem.rows.enumerated().allSatisfy { $0 == $1 }
        activate(Array(0..<count))
    }

    deinit { rowScratch.deallocate() }

    private mutating func run() -> SMOSolution {
        let limit = settings.maxIterations ?? max(10_000_000, 100 * count)
        let period = min(count, 1000)
        var countdown = period + 1
        var iterations = 0
        var violation = state.violation()
        var converged = true
        while true {
            if iterations >= limit {
                converged = false
                break
            }
            countdown -= 1
            if countdown == 0 {
                countdown = period
                if settings.shrinking {
                    shrink(violation)
                    violation = state.violation()
                }
            }
            if let next = step(violation) {
                violation = next
            } else {
                if active.count == count { break }
                unshrink()
                violation = state.violation()
                guard let next = step(violation) else { break }
                violation = next
                countdown = 1
            }
            iterations += 1
        }
        if active.count < count { unshrink() } else { store() }
        return SMOSolution(alpha: alpha, rho: rho(), iterations: iterations, converged: converged)
    }

    /// Moves two variables. Returns the violation afterwards, or nil if the tolerance is reached.
    private mutating func step(_ violation: SMOState.Violation) -> SMOState.Violation? {
        guard violation.up + violation.down >= settings.tolerance else { return nil }
        let i = violation.index
        let first = row(i)
        let j = state.partner(of: violation, first)
        guard j >= 0 else { return nil }
        let second = row(j)
        let (oldI, oldJ) = (state.alpha[i], state.alpha[j])
        move(i, j, kernel: Double(first[j]))
        state.updatePenalties(i)
        state.updatePenalties(j)
        return state.update(
            first, state.y[i] * (state.alpha[i] - oldI), second, state.y[j] * (state.alpha[j] - oldJ))
    }

    /// Minimizes the objective over two variables.
    private func move(_ i: Int, _ j: Int, kernel: Double) {
        let a = state.alpha
        let (limitI, limitJ) = (state.upper[i], state.upper[j])
        var curvature = state.diagonal[i] + state.diagonal[j] - 2 * kernel
        if curvature <= 0 { curvature = SMOState.smallestCurvature }
        let (gradientI, gradientJ) = (state.y[i] * state.gradient[i], state.y[j] * state.gradient[j])
        if state.y[i] != state.y[j] {
            let delta = (-gradientI - gradientJ) / curvature
            let difference = a[i] - a[j]
            a[i] += delta
            a[j] += delta
            if difference > 0 {
                if a[j] < 0 { (a[i], a[j]) = (difference, 0) }
            } else if a[i] < 0 {
                (a[i], a[j]) = (0, -difference)
            }
            if difference > limitI - limitJ {
                if a[i] > limitI { (a[i], a[j]) = (limitI, limitI - difference) }
            } else if a[j] > limitJ {
                (a[i], a[j]) = (limitJ + difference, limitJ)
            }
        } else {
            let delta = (gradientI - gradientJ) / curvature
            let sum = a[i] + a[j]
            a[i] -= delta
            a[j] += delta
            if sum > limitI {
                if a[i] > limitI { (a[i], a[j]) = (limitI, sum - limitI) }
            } else if a[j] < 0 {
                (a[i], a[j]) = (sum, 0)
            }
            if sum > limitJ {
                if a[j] > limitJ { (a[i], a[j]) = (sum - limitJ, limitJ) }
            } else if a[i] < 0 {
                (a[i], a[j]) = (0, sum)
            }
        }
    }

    /// Returns the kernel values of an active variable with all active ones.
    private mutating func row(_ position: Int) -> UnsafePointer<Float> {
        let variable = active[position]
        let isWhole = isDirect && active.count == count
        return cache.row(variable) { [problem, active, padded = state.padded, rowScratch] target in
            problem.kernel.fill(problem.rows[variable], isWhole ? target : rowScratch)
            if !isWhole {
                for (position, other) in active.enumerated() {
                    target[position] = rowScratch[problem.rows[other]]
                }
            }
            for position in active.count..<padded { target[position] = 0 }
        }
    }

    /// Deactivates variables at a bound that will probably stay there.
    private mutating func shrink(_ violation: SMOState.Violation) {
        if !isUnshrunk, violation.up + violation.down <= settings.tolerance * 10 {
            isUnshrunk = true
            if active.count < count { unshrink() }
        }
        var kept: [Int] = []
        for position in 0..<state.count {
            let gradient = state.gradient[position]
            let canMoveUp = state.upPenalty[position] == 0
            let canMoveDown = state.downPenalty[position] == 0
            let stays =
                (canMoveUp || -gradient <= violation.up) && (canMoveDown || gradient <= violation.down)
            if stays { kept.append(position) }
        }
        guard kept.count < state.count else { return }
        store()
        let variables = kept.map { active[$0] }
        activate(variables)
        cache.keepColumns(kept, padding: state.padded)
    }

    /// Activates all variables again.
    private mutating func unshrink() {
        store()
        let isActive = active.reduce(into: [Bool](repeating: false, count: count)) { $0[$1] = true }
        let inactive = (0..<count).filter { !isActive[$0] }
        for variable in inactive { gradient[variable] = problem.y[variable] * problem.linear[variable] }
        for variable in 0..<count where alpha[variable] > 0 {
            problem.kernel.fill(problem.rows[variable], rowScratch)
            let scale = problem.y[variable] * alpha[variable]
            for other in inactive { gradient[other] += scale * Double(rowScratch[problem.rows[other]]) }
        }
        cache.removeAll()
        activate(Array(0..<count))
    }

    /// Copies the active variables to the arrays of all variables.
    private mutating func store() {
        for (position, variable) in active.enumerated() {
            alpha[variable] = state.alpha[position]
            gradient[variable] = state.gradient[position]
        }
    }

    /// Copies variables from the arrays of all variables and makes them the active ones.
    private mutating func activate(_ variables: [Int]) {
        active = variables
        let diagonal = problem.kernel.diagonal
        state.resize(variables.count)
        for (position, variable) in variables.enumerated() {
            state.alpha[position] = alpha[variable]
            state.gradient[position] = gradient[variable]
            state.upper[position] = problem.upper[variable]
            state.diagonal[position] = diagonal[problem.rows[variable]]
            state.y[position] = problem.y[variable]
            state.updatePenalties(position)
        }
    }

    /// The offset: the mean gradient of the free variables, or the middle of the interval that bounds allow.
    private func rho() -> Double {
        var (low, high) = (-Double.infinity, Double.infinity)
        var (sum, free) = (0.0, 0)
        for variable in 0..<count {
            let value = gradient[variable]
            let isPositive = problem.y[variable] > 0
            if alpha[variable] >= problem.upper[variable] {
                if isPositive { low = max(low, value) } else { high = min(high, value) }
            } else if alpha[variable] <= 0 {
                if isPositive { high = min(high, value) } else { low = max(low, value) }
            } else {
                sum += value
                free += 1
            }
        }
        return free > 0 ? sum / Double(free) : (low + high) / 2
    }
}
