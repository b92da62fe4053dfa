import Configuration

/// The framework whose formulas and default hyperparameters are used.
public enum Convention: String, CaseIterable, ConfigurationValue {
    case keras, pytorch

    /// Returns the value of the framework.
    public func pick<Value>(keras: Value, pytorch: Value) -> Value { self == .keras ? keras : pytorch }
}
