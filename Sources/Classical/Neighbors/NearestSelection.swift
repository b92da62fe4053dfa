import CKernels

/// Selects the training rows that may be among the nearest, from lower and upper bounds of their distances.
struct NearestSelection {
    private let count: Int
    /// The smallest upper bounds so far, at most `count`, in ascending order.
    private var best: [Float] = []
    private var found: [(bound: Float, row: Int)] = []
    /// The largest lower bound of a candidate.
    private var limit = Float.infinity

    /// Creates a selection of all rows that may be among the nearest `count`.
    init(count: Int) { self.count = count }

    /// The selected rows, in ascending order.
    var candidates: [Int] { found.filter { !($0.bound > limit) }.map(\.row) }

    /// Adds `rows` rows from `first` on, with the lower bounds of their distances. An upper bound is the lower bound plus
    /// `error(row)`. NaN is an unknown bound.
    mutating func add(
        _ bounds: UnsafePointer<Float>, _ rows: Int, first: Int, error: (_ row: Int) -> Float
    ) {
        var row = 0
        while true {
            row += ck_find_not_above(bounds + row, rows - row, limit)
            guard row < rows else { return }
            found.append((bounds[row], first + row))
            let upper = bounds[row] + error(first + row)
            var position = best.count
            while position > 0, best[position - 1] > upper { position -= 1 }
            if position < count, !upper.isNaN { best.insert(upper, at: position) }
            if best.count > count { best.removeLast() }
            if best.count == count { limit = best[count - 1] }
            row += 1
        }
    }
}
