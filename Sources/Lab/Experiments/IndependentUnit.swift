import Configuration

/// The independent units of confidence intervals and tests.
public enum IndependentUnit: String, Sendable, CaseIterable, ConfigurationValue {
    case speakers, folds, clips
}
