/// The options of `Train plot` that apply to some kinds of plots.
enum PlotOption {
    static let features = Option.text(
        "features", "NAMES",
        help: "Features to plot, separated by commas (default: the --top features with the largest F values)."
    )
    static let top = Option.integer(
        "top", "N", in: 1...200,
        help: "Number of features (default: 12; 40 for correlation, 20 for importance and shap).")
    static let method = Option.choice(
        "method", ["impurity", "permutation", "families", "shap", "pca", "tsne", "umap"],
        help:
            "For importance: impurity (default for trees), permutation (default for other models on vectors), families (permutes all values of a feature together; default for models on sequences) or shap. For projection: pca, tsne (default) or umap."
    )
    static let subset = Option.choice(
        "subset", ["train", "validation", "test"],
        help:
            "Subset of the run's data (default: the subset that the run was evaluated on). Reading the test set is logged in the run's test-reads.jsonl. Use validation or train to select features or models; selection on the test set makes its metrics optimistic."
    )
    static let layer = Option.text(
        "layer", "NAME", help: "Project the outputs of a layer of the run's model instead of the features.")
    static let color = Option.choice(
        "color", ["class", "speaker", "corpus"], help: "Color by class (default), speaker or corpus.")
    static let className = Option.text(
        "class", "NAME",
        help:
            "Class or target to explain: the name of a class or a regression target, or TARGET:CLASS for a class or label of another target (default: the first)."
    )
    static let seed = Option.integer(
        "seed", "N", in: 0...Int(Int32.max),
        help: "Random seed of permutations and of the projections tsne and umap (default: 0).")

    static let all: [any OptionDeclaration] = [
        features, top, method, subset, layer, color, className, seed,
    ]
    /// The options, with the kinds that take them in their help.
    static let explained: [any OptionDeclaration] = all.map { Explained(option: $0) }

    private struct Explained: OptionDeclaration {
        let option: any OptionDeclaration

        var name: String { option.name }
        var placeholder: String? { option.placeholder }
        var help: String { "[\(PlotKind.taking(option).joined(separator: ", "))] \(option.help)" }
        var isRepeated: Bool { option.isRepeated }
        var completion: Completion { option.completion }
        func parse(_ text: String) throws -> any Sendable { try option.parse(text) }
    }
}
