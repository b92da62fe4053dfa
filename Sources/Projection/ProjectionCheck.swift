import Classical

/// Checks of the input that all projections share.
enum ProjectionCheck {
    /// Throws if there are fewer than `minimum` rows, no columns, or a value that is not finite.
    static func data(_ x: Matrix, minimum: Int) throws(FittingError) {
        guard x.rows >= minimum, x.columns > 0 else {
            throw FittingError(
                "the data", found: "\(x.rows) rows and \(x.columns) columns",
                allowed: "at least \(minimum) rows and 1 column")
        }
        // Squared distances must not overflow.
        if let index = x.values.firstIndex(where: { !(abs($0) < 1e140) }) {
            throw FittingError(
                "row \(index / x.columns), column \(index % x.columns)", found: "\(x.values[index])",
                allowed: "a finite value below 1e140")
        }
    }

    /// Throws if an option is outside its range.
    static func option(
        _ name: String, _ value: Double, _ allowed: String, _ isAllowed: (Double) -> Bool
    ) throws(FittingError) {
        guard value.isFinite, isAllowed(value) else {
            throw FittingError("\"\(name)\"", found: "\(value)", allowed: allowed)
        }
    }

    /// Throws if an integer option is outside its range.
    static func option(_ name: String, _ value: Int, in range: ClosedRange<Int>) throws(FittingError) {
        guard range.contains(value) else {
            let allowed =
                range.upperBound == .max
                ? "at least \(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
            throw FittingError("\"\(name)\"", found: "\(value)", allowed: allowed)
        }
    }

    /// Throws if positions are not one finite pair per row.
    static func positions(_ positions: Matrix, rows: Int, _ place: String) throws(FittingError) {
        guard positions.rows == rows, positions.columns == 2 else {
            throw FittingError(
                place, found: "\(positions.rows) x \(positions.columns) values", allowed: "\(rows) x 2")
        }
        try data(positions, minimum: 1)
    }
}
