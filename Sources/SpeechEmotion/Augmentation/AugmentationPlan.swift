import Autograd
import Configuration

/// How the training part of a data set is augmented. Validation and test data have no such plan (but see `leakCopiesIntoTest`).
///
/// `rows` are made once, before training: so many examples for each sound. `fresh` and `features` draw anew in every epoch.
public struct AugmentationPlan: Options {
    public var rows: [[AnyWaveAugmentation]] = [[]]
    public var fresh: [AnyWaveAugmentation] = []
    public var features: [AnyFeatureAugmentation] = []
    public var leakCopiesIntoTest = false

    public static let summary = "How the training part is augmented."
    public static let fields: [Field<Self>] = [
        .init(
            "copies", \.rows,
            "The examples that each sound gives, made once: a list of changes for each, an empty one for the sound itself.",
            .notEmpty),
        .init("waveform", \.fresh, "Changes of the sound that are drawn anew in every epoch."),
        .init("features", \.features, "Changes of the features that are drawn anew in every epoch."),
        .init(
            "leak_copies_into_test", \.leakCopiesIntoTest,
            "Makes the rows of all clips before they are split, so that copies of tested clips are trained on and copies are tested. Only to repeat published figures that came about in this way."
        ),
    ]

    /// No augmentation.
    public init() {}

    /// Whether sounds are needed in every epoch, so that their features cannot be kept.
    public var needsSounds: Bool { !fresh.isEmpty }

    /// The sound of a row. It depends on the clip and the row alone, not on the order of the work.
    ///
    /// - Parameter generator: That of the run.
    public func wave(_ wave: Waveform, row: Int, of clip: String, _ generator: RandomGenerator) throws
        -> Waveform
    {
        try rows[row].applied(to: wave, generator.split("row \(row) of \(clip)"))
    }

    /// The sound as an epoch gets it.
    public func freshWave(
        _ wave: Waveform, row: Int, of clip: String, epoch: Int, _ generator: RandomGenerator
    ) throws -> Waveform {
        try fresh.applied(to: wave, generator.split("epoch \(epoch) row \(row) of \(clip)"))
    }

    /// The features as an epoch gets them.
    public func freshFeatures(
        _ features: Features, row: Int, of clip: String, epoch: Int, _ generator: RandomGenerator
    ) throws -> Features {
        let own = generator.split("features of epoch \(epoch) row \(row) of \(clip)")
        return try self.features.enumerated().reduce(features) { features, change in
            try change.element.value(features, own.split("\(change.offset)"))
        }
    }

    /// Throws where features of a shape cannot be changed as planned, before there are any.
    public func check(_ shape: [Int]) throws(SoundProblem) {
        for change in features { try change.value.check(shape) }
    }
}

extension AugmentationPlan {
    /// Names what a row does to a sound: the changes with all their numbers, and what they are drawn from.
    package func key(row: Int, of clip: String, _ generator: RandomGenerator) -> String {
        "row \(row), key \(generator.state.key): " + rows[row].encode().line + " of \(clip)"
    }
}
