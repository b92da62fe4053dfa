import Autograd
import Configuration

/// A random change of features, as a config names it: `{"type": "time_mask", "width": 20}`.
public protocol FeatureAugmentation: TaggedOptions {
    /// The changed features, of the same shape. All randomness comes from `generator`. Throws a `SoundProblem` for a shape that it
    /// cannot work on.
    func callAsFunction(_ features: Features, _ generator: RandomGenerator) throws -> Features
    /// Throws where features of a shape cannot be changed, before there are any.
    func check(_ shape: [Int]) throws(SoundProblem)
}

/// The changes of features that a config may name.
public enum FeatureAugmentationKinds: Registry {
    /// What stands in a config is a change of features.
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
            PictureMove.self,
            ColorJitter.self,
        ]
    }
}

/// A change of features of any kind inside a config.
public typealias AnyFeatureAugmentation = Tagged<FeatureAugmentationKinds>

extension FeatureAugmentation {
    /// Throws unless the shape is that of a sequence: frames and channels.
    func needsSequence(_ shape: [Int]) throws(SoundProblem) {
        guard shape.count == 2 else {
            throw SoundProblem(
                Self.type, found: "features of shape \(shape)", allowed: "a sequence, [frames, channels]")
        }
    }

    /// Throws unless the shape is that of a picture with three colours.
    func needsPicture(_ shape: [Int]) throws(SoundProblem) {
        guard shape.count == 3, shape[2] == 3 else {
            throw SoundProblem(
                Self.type, found: "features of shape \(shape)", allowed: "a picture, [height, width, 3]")
        }
    }
}

extension RandomGenerator {
    /// A number between two, each equally likely; the bounds may stand in either order.
    func uniform(_ range: Pair<Double>) -> Double { range.first + (range.second - range.first) * uniform() }

    /// Whether something of this probability happens.
    func happens(_ probability: Double) -> Bool { uniform() < probability }
}
