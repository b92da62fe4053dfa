import Configuration

/// Deep CORAL: the alignment of a network's outputs between domains.
public struct CoralOptions: Options {
    public var column = "corpus"
    public var weight = 1.0

    public static let summary =
        "Deep CORAL (Sun and Saenko 2016): adds the distance between the covariances of the model's outputs in different domains to the loss."
    public static let fields: [Field<Self>] = [
        .init("column", \.column, "Column with the domain of each training clip.", .notEmpty),
        .init("weight", \.weight, "Weight of the distance in the loss.", .above(0), .atMost(1e9)),
    ]

    public init() {}
}
