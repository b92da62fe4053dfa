import Autograd
import Classical
import Layers

/// The features that are redundant for a fitted model: those that are constant or duplicated in the training set.
struct FeatureFindings {
    /// One sentence for each kind.
    let sentences: [String]

    /// Finds such features among vectors; sequences and images are not searched.
    ///
    /// - Parameter names: The names of the features; ignored unless there is one for each.
    init(_ examples: FittingExamples, names: [String]) {
        let tensors = examples.batches.map(\.tensor)
        guard let first = tensors.first, first.rank == 2 else {
            sentences = []
            return
        }
        let width = first.shape[1]
        let names = names.count == width ? names : (0..<width).map { "value \($0)" }
        let found = ColumnFindings(
            Matrix(
                rows: tensors.reduce(0) { $0 + $1.shape[0] }, columns: width,
                values: tensors.flatMap { $0.array.map { Double($0) } }))
        sentences = [
            ("constant in the training set", found.constant.map { names[$0] }),
            (
                "equal to another feature in the training set",
                found.duplicated.map { "\(names[$0.column]) (\(names[$0.of]))" }
            ),
        ].filter { !$0.1.isEmpty }.map { "features that are \($0): \(Self.list($1))" }
    }

    private static func list(_ names: [String]) -> String {
        let shown = names.prefix(10).joined(separator: ", ")
        return names.count > 10 ? "\(shown) and \(names.count - 10) more" : shown
    }
}
