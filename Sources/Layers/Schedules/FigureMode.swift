import Configuration

/// Whether lower or higher values of a metric are better.
public enum FigureMode: String, CaseIterable, ConfigurationValue {
    case min, max

    /// Infers the mode from the name of a metric: losses, errors, penalties and norms should be low, all others high.
    public init(of figure: String) {
        let low = ["loss", "objective", "penalty", "error", "eer", "ece", "brier", "norm"]
        self = low.contains { figure.hasSuffix($0) } ? .min : .max
    }
}
