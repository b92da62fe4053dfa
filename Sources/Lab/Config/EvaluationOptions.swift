import Configuration

/// What is measured, and how.
public struct EvaluationOptions: Options {
    public var metrics = [Figure.accuracy, .uar, .macroF1]
    public var batch = 64
    public var level = 0.95
    public var draws = 2000

    public static let summary = "What is measured, and how."
    public static let fields: [Field<Self>] = [
        .init("metrics", \.metrics, "The figures of every epoch beside the loss, on the validation data."),
        .init(
            "batch", \.batch, "Examples at a time; no result depends on it.", .range(1...1 << 20)),
        .init("level", \.level, "How sure confidence intervals are.", .above(0), .below(1)),
        .init(
            "draws", \.draws, "Draws of the bootstrap for confidence intervals.", .range(1...1_000_000)),
    ]

    public init() {}

    public var complaints: [Complaint] {
        metrics.indices.filter { metrics[..<$0].contains(metrics[$0]) }.map { index in
            Complaint(
                at: [.key("metrics"), .index(index)],
                "\"\(metrics[index].rawValue)\" stands here a second time; remove one")
        }
    }
}
