import Autograd
import Configuration

/// A random augmentation of features, as a config names it: `{"type": "time_mask", "width": 20}`.
public protocol FeatureAugmentation: TaggedOptions {
    /// The probability of applying the augmentation.
    var probability: Double { get }
    /// Throws if features of a shape cannot be augmented.
    func check(_ shape: [Int]) throws(InputError)
    /// Returns augmented features of the same shape, one that `check` accepts. All randomness comes from `generator`.
    func change(_ features: Features, _ generator: RandomGenerator) throws -> Features
}

extension FeatureAugmentation {
    /// Applies the augmentation with its `probability`. Throws an `InputError` for unsupported shapes.
    public func callAsFunction(_ features: Features, _ generator: RandomGenerator) throws -> Features {
        try check(features.shape)
        guard generator.happens(probability) else { return features }
        return try change(features, generator)
    }
}

/// The registered feature augmentations.
public enum FeatureAugmentationKinds: Registry {
    /// The type of a decoded config entry.
    public typealias Value = any FeatureAugmentation

    public static var noun: String { "feature augmentation" }
    public static var builtIn: [any TaggedOptions.Type] {
        [
            TimeMask.self,
            FrequencyMask.self,
            SpecAugment.self,
            FrequencyWarp.self,
            FeatureNoise.self,
            HorizontalFlip.self,
            RandomAffine.self,
            ColorJitter.self,
        ]
    }
}

/// A feature augmentation of any registered type in a config.
public typealias AnyFeatureAugmentation = Tagged<FeatureAugmentationKinds>

extension FeatureAugmentation {
    /// Throws unless the shape is that of a sequence: frames and channels.
    func needsSequence(_ shape: [Int]) throws(InputError) {
        guard shape.count == 2 else {
            throw InputError(
                Self.type, found: "features of shape \(shape)", allowed: "a sequence, [frames, channels]")
        }
    }

    /// Throws unless the shape is that of a color image.
    func needsImage(_ shape: [Int]) throws(InputError) {
        guard shape.count == 3, shape[2] == 3 else {
            throw InputError(
                Self.type, found: "features of shape \(shape)", allowed: "an image, [height, width, 3]")
        }
    }
}

extension RandomGenerator {
    /// Draws a value uniformly between two bounds in any order.
    func uniform(_ range: Pair<Double>) -> Double { range.first + (range.second - range.first) * uniform() }

    /// Draws whether an event with a probability occurs.
    func happens(_ probability: Double) -> Bool { uniform() < probability }
}
