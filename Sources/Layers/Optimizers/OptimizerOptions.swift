import Configuration

/// The options that all optimizers share.
public struct OptimizerOptions: Sendable {
    public var defaults = Convention.keras
    public var learningRate: Double?
    public var weightDecay: Double?
    public var clipNorm: Double?
    public var clipValue: Double?
    public var groups: [ParameterGroup] = []

    public init() {}
}
