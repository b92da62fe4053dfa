import Configuration

/// The options of logging. They do not affect results.
public struct LoggingOptions: Options {
    public var tensorboard = true

    public static let summary = "Logging in addition to the metrics files. It does not affect results."
    public static let fields: [Field<Self>] = [
        .init(
            "tensorboard", \.tensorboard,
            "Whether to write the metrics of every epoch to a TensorBoard event file.")
    ]

    public init() {}
}
