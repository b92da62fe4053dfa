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
        let implied =
            leakCopiesIntoTest && leakCopiesIntoValidation
            ? [
                ValidationIssue(
                    "leak_copies_into_validation",
                    "is implied by \"leak_copies_into_test\", which makes all copies before the split; remove it"
                )
            ] : []
        let early =
            leaksCopies && copies.contains { $0.hasBabble }
            ? [
                ValidationIssue(
                    "copies",
                    "\"babble\" mixes in clips of the training set, which is unknown before the split; use it in \"waveform\", or remove the leak"
                )
            ] : []
        return implied + early
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
        try copies[copy].applied(to: wave, of: clip, generator.split("row \(copy) of \(clip)"))
    }

    /// Returns the waveform augmented for an epoch.
    public func epochWaveform(
        _ wave: Waveform, copy: Int, of clip: String, epoch: Int, _ generator: RandomGenerator
    ) throws -> Waveform {
        try waveform.applied(to: wave, of: clip, generator.split("epoch \(epoch) row \(copy) of \(clip)"))
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
    public func check(_ shape: [Int]) throws(InputError) {
        for change in features { try change.value.check(shape) }
    }
}

extension AugmentationPlan {
    /// Identifies an augmented copy: its augmentations with all options, and the state of the generator.
    ///
    /// nil with babble, which depends on other files, too.
    package func key(copy: Int, of clip: String, _ generator: RandomGenerator) -> String? {
        copies[copy].hasBabble
            ? nil
            : "row \(copy), key \(generator.state.key): " + copies[copy].encode().line + " of \(clip)"
    }
}

extension AugmentationPlan {
    /// Whether clips of the training set are mixed into others.
    public var hasBabble: Bool { waveform.hasBabble || copies.contains { $0.hasBabble } }

    /// Returns the plan with babble that draws voices from clips. These must be those of the training set.
    public func drawing(from clips: [Clip]) -> AugmentationPlan {
        guard hasBabble else { return self }
        var plan = self
        plan.copies = copies.map { $0.drawing(from: clips) }
        plan.waveform = waveform.drawing(from: clips)
        return plan
    }
}

extension [AnyWaveAugmentation] {
    fileprivate var hasBabble: Bool { contains { $0.value is Babble } }

    fileprivate func drawing(from clips: [Clip]) -> Self {
        map { ($0.value as? Babble).map { AnyWaveAugmentation($0.drawing(from: clips)) } ?? $0 }
    }
}
