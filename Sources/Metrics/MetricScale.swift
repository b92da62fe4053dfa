import Glibc

/// The scale on which intervals of a metric are computed. Bounds of a metric skew its distribution near them; on this
/// scale it has no bounds.
enum MetricScale: Sendable, CaseIterable {
    /// For metrics without bounds.
    case identity
    /// For proportions.
    case logit
    /// For correlations, from -1 to 1 (Fisher 1921).
    case inverseTangent
    /// For errors and losses that are not negative.
    case logarithm

    /// The name of the scale and the metrics that have it; nil for the identity.
    var words: (scale: String, metrics: String)? {
        switch self {
        case .identity: nil
        case .logit: ("logit", "proportions")
        case .inverseTangent: ("Fisher z", "correlations")
        case .logarithm: ("log", "errors, log loss and Brier score")
        }
    }

    /// Returns the value on the scale: infinite at a bound.
    func callAsFunction(_ value: Double) -> Double {
        // Sums of fold results miss a bound by rounding errors.
        let bounds: (low: Double, high: Double) =
            switch self {
            case .identity: (-.infinity, .infinity)
            case .logit: (0, 1)
            case .inverseTangent: (-1, 1)
            case .logarithm: (0, .infinity)
            }
        if value < bounds.low + 1e-12 { return -.infinity }
        if value > bounds.high - 1e-12 { return .infinity }
        return switch self {
        case .identity: value
        case .logit: log(value / (1 - value))
        case .inverseTangent: atanh(value)
        case .logarithm: log(value)
        }
    }

    /// Returns the metric that has this value on the scale.
    func inverse(_ value: Double) -> Double {
        switch self {
        case .identity: value
        case .logit: 1 / (1 + exp(-value))
        case .inverseTangent: tanh(value)
        case .logarithm: exp(value)
        }
    }
}
