/// The variables that a solver still changes, in contiguous arrays.
///
/// `gradient` is y times the gradient of the objective. A variable may move in the direction of y if `upPenalty` is 0
/// and against it if `downPenalty` is 0; otherwise the penalty is minus infinity, so that loops need no branches.
struct SMOState: ~Copyable {
    typealias Values = UnsafeMutablePointer<Double>

    private(set) var count = 0
    /// `count` rounded up to whole vectors.
    private(set) var padded = 0
    let gradient, alpha, upper, diagonal, y, upPenalty, downPenalty: Values
    private let storage: Values

    init(capacity: Int) {
        let stride = SMOState.padded(capacity)
        storage = .allocate(capacity: 7 * stride)
        gradient = storage
        alpha = storage + stride
        upper = storage + 2 * stride
        diagonal = storage + 3 * stride
        y = storage + 4 * stride
        upPenalty = storage + 5 * stride
        downPenalty = storage + 6 * stride
    }

    deinit { storage.deallocate() }

    static func padded(_ count: Int) -> Int { (count + 3) / 4 * 4 }

    /// Sets the number of variables and makes the padding immovable.
    mutating func resize(_ count: Int) {
        self.count = count
        padded = SMOState.padded(count)
        for index in count..<padded {
            gradient[index] = 0
            diagonal[index] = 1
            upPenalty[index] = -.infinity
            downPenalty[index] = -.infinity
        }
    }

    /// Updates the penalties of a variable after a change of its value.
    func updatePenalties(_ index: Int) {
        let (canGrow, canShrink) = (alpha[index] < upper[index], alpha[index] > 0)
        let isPositive = y[index] > 0
        upPenalty[index] = (isPositive ? canGrow : canShrink) ? 0 : -.infinity
        downPenalty[index] = (isPositive ? canShrink : canGrow) ? 0 : -.infinity
    }

    /// The variable that violates the optimality conditions most.
    struct Violation {
        var index: Int
        /// The largest -gradient of the variables that may move up.
        var up: Double
        /// The largest gradient of the variables that may move down.
        var down: Double
    }

    /// Adds two multiples of kernel rows to the gradient and finds the most violating variable.
    @inline(__always)
    func update(
        _ first: UnsafePointer<Float>, _ a: Double, _ second: UnsafePointer<Float>, _ b: Double
    ) -> Violation {
        let (a, b) = (SIMD4(repeating: a), SIMD4(repeating: b))
        return scan { index in
            let gradient = lanes(gradient, index) + (a * lanes(first, index) + b * lanes(second, index))
            UnsafeMutableRawPointer(self.gradient + index).storeBytes(of: gradient, as: SIMD4<Double>.self)
            return gradient
        }
    }

    /// Finds the most violating variable.
    func violation() -> Violation { scan { lanes(gradient, $0) } }

    @inline(__always)
    private func scan(_ gradient: (Int) -> SIMD4<Double>) -> Violation {
        var up = SIMD4(repeating: -Double.infinity)
        var down = up
        var best = SIMD4<Int64>(repeating: -1)
        var position = SIMD4<Int64>(0, 1, 2, 3)
        var index = 0
        while index < padded {
            let value = gradient(index)
            let upward = lanes(upPenalty, index) - value
            let isBetter = upward .>= up
            up.replace(with: upward, where: isBetter)
            best.replace(with: position, where: isBetter)
            let downward = lanes(downPenalty, index) + value
            down.replace(with: downward, where: downward .> down)
            position &+= 4
            index += 4
        }
        // Of equal values, the last variable is taken, as in libsvm.
        var result = Violation(index: -1, up: -.infinity, down: down.max())
        for lane in 0..<4 {
            if up[lane] > result.up || (up[lane] == result.up && Int(best[lane]) > result.index) {
                (result.up, result.index) = (up[lane], Int(best[lane]))
            }
        }
        return result
    }

    /// Returns the variable that, moved together with the most violating one, decreases the objective most to second
    /// order (Fan, Chen and Lin 2005); -1 if there is none.
    @inline(__always)
    func partner(of violation: Violation, _ row: UnsafePointer<Float>) -> Int {
        let largest = SIMD4(repeating: violation.up)
        let mine = SIMD4(repeating: diagonal[violation.index])
        let smallest = SIMD4(repeating: SMOState.smallestCurvature)
        var best = SIMD4(repeating: Double.infinity)
        var bestIndex = SIMD4<Int64>(repeating: -1)
        var position = SIMD4<Int64>(0, 1, 2, 3)
        var index = 0
        while index < padded {
            let difference = largest + (lanes(gradient, index) + lanes(downPenalty, index))
            var curvature = mine + lanes(diagonal, index) - 2 * lanes(row, index)
            curvature.replace(with: smallest, where: curvature .<= 0)
            let change = -(difference * difference) / curvature
            let isBetter = (change .<= best) .& (difference .> 0)
            best.replace(with: change, where: isBetter)
            bestIndex.replace(with: position, where: isBetter)
            position &+= 4
            index += 4
        }
        var (result, change) = (-1, Double.infinity)
        for lane in 0..<4 where bestIndex[lane] >= 0 {
            if best[lane] < change || (best[lane] == change && Int(bestIndex[lane]) > result) {
                (result, change) = (Int(bestIndex[lane]), best[lane])
            }
        }
        return result
    }

    /// Replaces a curvature that is not positive.
    static let smallestCurvature = 1e-12

    @inline(__always)
    private func lanes(_ values: UnsafePointer<Double>, _ index: Int) -> SIMD4<Double> {
        UnsafeRawPointer(values + index).loadUnaligned(as: SIMD4<Double>.self)
    }

    @inline(__always)
    private func lanes(_ values: UnsafePointer<Float>, _ index: Int) -> SIMD4<Double> {
        SIMD4<Double>(UnsafeRawPointer(values + index).loadUnaligned(as: SIMD4<Float>.self))
    }
}
