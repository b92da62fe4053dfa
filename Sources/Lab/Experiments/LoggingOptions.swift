import Configuration

/// What a run writes down beside its metrics; no result depends on it.
public struct LoggingOptions: Options {
    public var tensorboard = true

    public static let summary = "What a run writes down beside its metrics; no result depends on it."
    public static let fields: [Field<Self>] = [
        .init(
            "tensorboard", \.tensorboard,
            "Whether figures of every epoch go to an event file for TensorBoard, too.")
    ]

    public init() {}
}
