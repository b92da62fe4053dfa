import Autograd
import Configuration
import Layers
import SpeechEmotion
import Training

/// A number that a column of the corpus holds, such as arousal.
public struct RegressionTarget: TargetSpec {
    public var column = ""
    public var range: [Double]?
    public var name: String?
    public var role = TargetOutput.Role.main
    public var loss: AnyLoss?
    public var weight = 1.0

    public static let type = "regression"
    public static let summary = "Regression: a number in a column of the corpus, such as arousal or valence."
    public static let fields: [Field<Self>] =
        [
            .init("column", \.column, "Column with the number.", .required, .notEmpty),
            .init(
                "range", \.range,
                "Lowest and highest value, such as [1, 5], which are scaled to outputs of -1 and 1; `null` standardizes with the mean and standard deviation of the training set. A value outside the range is an error.",
                .check("of two numbers, the smaller one first") { range in
                    range.map { $0.count == 2 && $0[0] < $0[1] && ($0[1] - $0[0]).isFinite } ?? true
                }),
        ] + sharedFields(\.name, \.role, \.loss, \.weight)

    public init() {}
    /// A number in a column.
    public init(_ column: String, range: [Double]? = nil) { (self.column, self.range) = (column, range) }

    public var columns: [String] { [column] }
    public var kind: TargetOutput.Kind { .regression }
    public var usualLoss: any LossSpec { MeanSquaredErrorLoss() }

    public func output(_ corpus: Corpus, training: [Clip]) throws -> TargetOutput {
        var output = plainOutput
        if let range {
            output.offset = (range[0] + range[1]) / 2
            output.scale = (range[1] - range[0]) / 2
            return output
        }
        let values = try training.compactMap { try number(column, of: $0) }
        guard !values.isEmpty else {
            throw InputError(
                "the target \"\(title)\"", found: "no training clip with a value in \"\(column)\"",
                allowed: "at least one, or a \"range\" in the config")
        }
        let mean = values.reduce(0, +) / Double(values.count)
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
        output.offset = mean
        output.scale = variance > 0 && variance.isFinite ? variance.squareRoot() : 1
        return output
    }

    public func values(of clip: Clip, _ output: TargetOutput) throws(InputError) -> [Double]? {
        guard let value = try number(column, of: clip) else { return nil }
        if let range, !(range[0]...range[1]).contains(value) {
            throw InputError(
                "the target \"\(title)\"", found: "\(value) in the column \"\(column)\" of \(clip.id)",
                allowed: "\(range[0]) to \(range[1]), the \"range\" of the target")
        }
        return [value]
    }
}
