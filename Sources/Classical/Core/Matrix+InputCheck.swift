extension Matrix {
    /// Throws if the matrix is empty, contains a value that is not finite, or does not match the labels and weights.
    func check(labels: [Int], classes: Int, weights: [Double]?) throws(FittingError) {
        guard labels.count == rows else {
            throw FittingError("the labels", found: "\(labels.count)", allowed: "\(rows), one per row")
        }
        if let row = labels.firstIndex(where: { !(0..<classes).contains($0) }) {
            throw FittingError(
                "the label of row \(row)", found: "\(labels[row])", allowed: "a class in 0..<\(classes)")
        }
        guard Set(labels).count > 1 else {
            throw FittingError(
                "the labels", found: "a single class", allowed: "rows of at least two classes")
        }
        try check(weights: weights)
    }

    /// Throws if the matrix is empty, contains a value that is not finite, or does not match the weights.
    func check(weights: [Double]? = nil) throws(FittingError) {
        guard rows > 0, columns > 0 else {
            throw FittingError(
                "the data", found: "\(rows) rows and \(columns) columns", allowed: "at least one of each")
        }
        if let index = values.firstIndex(where: { !$0.isFinite }) {
            throw FittingError(
                "row \(index / columns), column \(index % columns)", found: "\(values[index])",
                allowed: "a finite value")
        }
        guard let weights else { return }
        guard weights.count == rows else {
            throw FittingError("the weights", found: "\(weights.count)", allowed: "\(rows), one per row")
        }
        if let row = weights.firstIndex(where: { !$0.isFinite || $0 < 0 }) {
            throw FittingError(
                "the weight of row \(row)", found: "\(weights[row])", allowed: "a finite value, at least 0")
        }
        guard weights.contains(where: { $0 > 0 }) else {
            throw FittingError("the weights", found: "0 everywhere", allowed: "a positive weight")
        }
    }
}

/// Throws if the weights differ, for models that have no use for weights.
func requireEqual(weights: [Double]?, for model: String) throws(FittingError) {
    guard let weights, let first = weights.first, weights.contains(where: { $0 != first }) else { return }
    throw FittingError("the weights", found: "different values", allowed: "equal weights for \(model)")
}
