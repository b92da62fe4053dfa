import Autograd

/// A fitted selection of columns.
public struct ColumnSelection: Transformer, Equatable {
    public let features: Int
    /// The selected columns, in the order of the result.
    public let columns: [Int]

    /// Creates a selection. Throws if it is empty or names a column that does not exist.
    public init(columns: [Int], of features: Int) throws(FittingError) {
        guard !columns.isEmpty else {
            throw FittingError("the selected columns", found: "none", allowed: "at least one")
        }
        if let column = columns.first(where: { !(0..<features).contains($0) }) {
            throw FittingError(
                "the selected columns", found: "\(column)", allowed: "columns in 0..<\(features)")
        }
        if Set(columns).count < columns.count {
            throw FittingError("the selected columns", found: "a column twice", allowed: "each column once")
        }
        (self.features, self.columns) = (features, columns)
    }

    public var outputs: Int { columns.count }

    public func transform(_ x: Matrix) -> Matrix {
        x.require(features: features)
        return x.columns(columns)
    }

    public var arrays: [NamedArray] {
        [NamedArray("features", Double(features)), NamedArray("columns", columns.map(Double.init))]
    }

    public init(arrays: [NamedArray]) throws(FittingError) {
        let reader = ArrayReader(arrays)
        let features = try reader.integer("features", in: 1..<1 << 24)
        try self.init(columns: try reader.integers("columns", in: 0..<features), of: features)
    }
}

/// Selects given columns.
public struct SelectColumnsOptions: TransformerOptions {
    /// The columns, in the order of the result.
    public var columns: [Int]

    /// Creates options.
    public init(columns: [Int]) { self.columns = columns }

    public func fit(
        _ x: Matrix, labels: [Int], classes: Int, generator: RandomGenerator
    ) throws(FittingError) -> ColumnSelection {
        try ColumnSelection(columns: columns, of: x.columns)
    }
}

/// Removes columns whose variance does not exceed a threshold, as scikit-learn's `VarianceThreshold`.
public struct VarianceThresholdOptions: TransformerOptions {
    /// Columns with a variance up to this value are removed. 0 removes constant columns.
    public var threshold: Double

    /// Creates options.
    public init(threshold: Double = 0) { self.threshold = threshold }

    public func fit(
        _ x: Matrix, labels: [Int], classes: Int, generator: RandomGenerator
    ) throws(FittingError) -> ColumnSelection {
        try x.check()
        try require("threshold", threshold, in: 0...Double.infinity)
        let variances = x.columnMoments().variances
        let kept = (0..<x.columns).filter { column in
            guard threshold == 0 else { return variances[column] > threshold }
            return !x.isConstant(column)
        }
        guard !kept.isEmpty else {
            throw FittingError(
                "the variances", found: "at most \(variances.max() ?? 0)",
                allowed: "a column with a variance above \(threshold)")
        }
        return try ColumnSelection(columns: kept, of: x.columns)
    }
}
