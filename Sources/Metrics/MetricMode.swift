import Configuration

/// Whether lower or higher values of a metric are better.
public enum MetricMode: String, CaseIterable, ConfigurationValue {
    case min, max

    /// Infers the mode from the name of a metric, with or without the prefix `validation_`: that of the metric with this name. Otherwise,
    /// losses, errors, penalties and norms should be low, all others high.
    public init(of name: String) {
        let prefix = "validation_"
        let bare = name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name
        if let metric = Metric(rawValue: bare) {
            self = metric.higherIsBetter ? .max : .min
        } else {
            let low = ["loss", "objective", "penalty", "error", "eer", "ece", "brier", "norm"]
            self = low.contains { name.hasSuffix($0) } ? .min : .max
        }
    }
}
