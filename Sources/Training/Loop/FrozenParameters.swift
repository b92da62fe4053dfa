import Configuration
import Layers

/// Parameters that are not trained, in all epochs or in the first ones: an entry of the `freeze` section of an experiment.
public struct FrozenParameters: Options, Equatable {
    public var parameters: NamePatterns = []
    public var untilEpoch: Int?

    public static let summary = "Parameters that are not trained, in all epochs or in the first ones."
    public static let fields: [Field<Self>] = [
        .init(
            "parameters", \.parameters,
            "Patterns of parameter names; * matches any characters. A layer whose parameters are all frozen runs in inference mode: its batch normalization uses its running statistics and does not update them, and its dropout is off.",
            .required, .check("that is not empty") { !$0.list.isEmpty }),
        .init(
            "until_epoch", \.untilEpoch,
            "Last epoch, counted from 1, in which the parameters are frozen; `null` freezes them in all epochs.",
            .atLeast(1)),
    ]

    public init() {}
    /// Creates an entry from names or patterns, in which * matches any characters.
    public init(_ parameters: [String], untilEpoch: Int? = nil) {
        self.parameters = NamePatterns(parameters)
        self.untilEpoch = untilEpoch
    }

    /// Returns whether a parameter is frozen in an epoch, which is counted from 1.
    public func freezes(_ name: String, epoch: Int) -> Bool {
        untilEpoch.map { epoch <= $0 } ?? true ? parameters.match(name) : false
    }
}
