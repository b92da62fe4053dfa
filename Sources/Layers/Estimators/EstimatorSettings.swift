import Classical
import Configuration

/// The words for class weights in a config.
public enum ClassWeightSetting: String, CaseIterable, ConfigurationValue {
    case balanced
    case balancedSubsample = "balanced_subsample"

    static let help =
        "Class weights: \"balanced\" for inverse class frequencies, \"balanced_subsample\" for those of each tree's sample, or a list with one weight per class; `null` for equal weights."
}

extension TreeClassWeight? {
    /// The class weights as in a config.
    var setting: Either<ClassWeightSetting, [Double]>? {
        get {
            switch self {
            case nil: nil
            case .balanced: .first(.balanced)
            case .balancedSubsample: .first(.balancedSubsample)
            case .given(let weights): .second(weights)
            }
        }
        set {
            switch newValue {
            case nil: self = nil
            case .first(.balanced): self = .balanced
            case .first(.balancedSubsample): self = .balancedSubsample
            case .second(let weights): self = .given(weights)
            }
        }
    }
}

/// The word for balanced class weights in a config.
public enum BalancedSetting: String, CaseIterable, ConfigurationValue {
    case balanced

    static let help =
        "Class weights: \"balanced\" for inverse class frequencies, or a list with one weight per class; `null` for equal weights."
}

extension ClassWeight {
    /// The class weights as in a config.
    var setting: Either<BalancedSetting, [Double]>? {
        get {
            switch self {
            case .none: nil
            case .balanced: .first(.balanced)
            case .values(let weights): .second(weights)
            }
        }
        set {
            switch newValue {
            case nil: self = .none
            case .first: self = .balanced
            case .second(let weights): self = .values(weights)
            }
        }
    }
}

extension SampleCount {
    /// The number of examples as in a config.
    var setting: Either<Int, Double> {
        get {
            switch self {
            case .count(let count): .first(count)
            case .fraction(let fraction): .second(fraction)
            }
        }
        set {
            switch newValue {
            case .first(let count): self = .count(count)
            case .second(let fraction): self = .fraction(fraction)
            }
        }
    }
}

extension SampleCount? {
    /// The number of examples as in a config.
    var setting: Either<Int, Double>? {
        get { self?.setting }
        set {
            switch newValue {
            case nil: self = nil
            case .first(let count): self = .count(count)
            case .second(let fraction): self = .fraction(fraction)
            }
        }
    }
}

/// The words for the number of features that are tried at each split.
public enum MaxFeaturesSetting: String, CaseIterable, ConfigurationValue { case sqrt, log2, all }

extension MaxFeatures {
    /// The number of features as in a config.
    var setting: Either<MaxFeaturesSetting, Either<Int, Double>> {
        get {
            switch self {
            case .sqrt: .first(.sqrt)
            case .log2: .first(.log2)
            case .all: .first(.all)
            case .count(let count): .second(.first(count))
            case .fraction(let fraction): .second(.second(fraction))
            }
        }
        set {
            switch newValue {
            case .first(.sqrt): self = .sqrt
            case .first(.log2): self = .log2
            case .first(.all): self = .all
            case .second(.first(let count)): self = .count(count)
            case .second(.second(let fraction)): self = .fraction(fraction)
            }
        }
    }
}

/// The words for the coefficient of a kernel.
public enum GammaSetting: String, CaseIterable, ConfigurationValue { case scale, auto }

extension SVMGamma {
    /// The coefficient as in a config.
    var setting: Either<GammaSetting, Double> {
        get {
            switch self {
            case .scale: .first(.scale)
            case .auto: .first(.auto)
            case .value(let value): .second(value)
            }
        }
        set {
            switch newValue {
            case .first(.scale): self = .scale
            case .first(.auto): self = .auto
            case .second(let value): self = .value(value)
            }
        }
    }
}

extension PCAOptions.Components {
    /// The number of components as in a config.
    var setting: Either<Int, Double>? {
        get {
            switch self {
            case .all: nil
            case .count(let count): .first(count)
            case .variance(let share): .second(share)
            }
        }
        set {
            switch newValue {
            case nil: self = .all
            case .first(let count): self = .count(count)
            case .second(let share): self = .variance(share)
            }
        }
    }
}

extension ClosedRange<Double> {
    /// The range as in a config; bounds in the wrong order are exchanged.
    var setting: Pair<Double> {
        get { Pair(lowerBound, upperBound) }
        set { self = Swift.min(newValue.first, newValue.second)...Swift.max(newValue.first, newValue.second) }
    }
}
