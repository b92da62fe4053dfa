import Configuration
import Metrics
import SpeechEmotion

/// What is measured, and how.
public struct EvaluationOptions: Options {
    public var metrics = [Figure.accuracy, .uar, .macroF1]
    public var part = Part.test
    public var views: [[AnyWaveAugmentation]] = []
    public var batch = 64
    public var level = 0.95
    public var draws = 2000

    /// Data that a run measures when its training is over.
    public enum Part: String, CaseIterable, ConfigurationValue {
        case test
        /// For a search: the test part is left alone, so that no choice is made by it.
        case validation

        /// The part of a split.
        var ofSplit: Split.Subset { self == .test ? .test : .validation }
    }

    public static let summary = "What is measured, and how."
    public static let fields: [Field<Self>] = [
        .init("metrics", \.metrics, "The figures of every epoch beside the loss, on the validation data."),
        .init(
            "subset", \.part,
            "What is measured when training is over; with validation no sound of the test part is read, as a search should have it."
        ),
        .init(
            "tta", \.views,
            "Forms of a sound that the trained model is asked about beside the sound itself, a list of changes for each: the mean of its logits answers (test-time augmentation). The prepared sound is changed; what is random is drawn once, the same for every sound. Validation during training hears the sounds alone.",
            TestTimeAugmentation.limit),
        .init(
            "batch_size", \.batch, "Examples at a time; no result depends on it.", .range(1...1 << 20)),
        .init("confidence_level", \.level, "How sure confidence intervals are.", .above(0), .below(1)),
        .init(
            "resamples", \.draws, "Draws of the bootstrap for confidence intervals.", .range(1...1_000_000)),
    ]

    public init() {}

    public var complaints: [Complaint] {
        let doubled = metrics.indices.filter { metrics[..<$0].contains(metrics[$0]) }.map { index in
            Complaint(
                at: [.key("metrics"), .index(index)],
                "\"\(metrics[index].rawValue)\" stands here a second time; remove one")
        }
        return doubled + TestTimeAugmentation(views).complaints
    }
}
