import Autograd
import Configuration

/// How the training set is augmented. The validation and test sets are never augmented (but see `leakCopiesIntoTest` and
/// `leakCopiesIntoValidation`).
///
/// `copies` are augmented copies computed once, before training: each clip gives this many examples. `waveform` and
/// `features` are drawn anew in every epoch.
public struct AugmentationPlan: Options {
    public var copies: [[AnyWaveAugmentation]] = [[]]
    public var waveform: [AnyWaveAugmentation] = []
    public var features: [AnyFeatureAugmentation] = []
    public var leakCopiesIntoTest = false
    public var leakCopiesIntoValidation = false

    public static let summary = "Data augmentation of the training set."
    public static let fields: [Field<Self>] = [
        .init(
            "copies", \.copies,
            "Augmented copies of each clip, computed once before training: a list of waveform augmentations per copy; an empty list is the unchanged recording.",
            .notEmpty),
        .init("waveform", \.waveform, "Waveform augmentations applied anew in every epoch."),
        .init("features", \.features, "Feature augmentations applied anew in every epoch."),
        .init(
            "leak_copies_into_test", \.leakCopiesIntoTest,
            "Whether the copies of all clips are made before the split, so that copies of test clips leak into the training set. Use this only to reproduce published results with this flaw."
        ),
        .init(
            "leak_copies_into_validation", \.leakCopiesIntoValidation,
            "Whether the validation set is drawn from the augmented copies of all clips outside the test set, as with a `validation_split` of augmented data, so that copies of a clip are in both training and validation set. Use this only to reproduce published results with this flaw."
        ),
    ]

    public var validationIssues: [ValidationIssue] {
        leakCopiesIntoTest && leakCopiesIntoValidation
            ? [
                ValidationIssue(
                    "leak_copies_into_validation",
                    "is implied by \"leak_copies_into_test\", which makes all copies before the split; remove it"
                )
            ] : []
    }

    /// No augmentation.
    public init() {}

    /// Whether waveforms are augmented in every epoch, so that features cannot be cached.
    public var needsWaveforms: Bool { !waveform.isEmpty }

    /// Returns an augmented copy of a waveform. It depends on the clip and the copy alone, not on the processing order.
    ///
    /// - Parameter generator: The generator of the run.
    public func wave(_ wave: Waveform, copy: Int, of clip: String, _ generator: RandomGenerator) throws
        -> Waveform
    {
        try copies[copy].applied(to: wave, generator.split("row \(copy) of \(clip)"))
    }

    /// Returns the waveform augmented for an epoch.
    public func epochWaveform(
        _ wave: Waveform, copy: Int, of clip: String, epoch: Int, _ generator: RandomGenerator
    ) throws -> Waveform {
        try waveform.applied(to: wave, generator.split("epoch \(epoch) row \(copy) of \(clip)"))
    }

    /// Returns the features augmented for an epoch.
    public func epochFeatures(
        _ features: Features, copy: Int, of clip: String, epoch: Int, _ generator: RandomGenerator
    ) throws -> Features {
        let own = generator.split("features of epoch \(epoch) row \(copy) of \(clip)")
        return try self.features.enumerated().reduce(features) { features, change in
            try change.element.value(features, own.split("\(change.offset)"))
        }
    }

    /// Throws if features of a shape cannot be augmented as configured.
    public func check(_ shape: [Int]) throws(DataError) {
        for change in features { try change.value.check(shape) }
    }
}

extension AugmentationPlan {
    /// Identifies an augmented copy: its augmentations with all options, and the state of the generator.
    package func key(copy: Int, of clip: String, _ generator: RandomGenerator) -> String {
        "row \(copy), key \(generator.state.key): " + copies[copy].encode().line + " of \(clip)"
    }
}
