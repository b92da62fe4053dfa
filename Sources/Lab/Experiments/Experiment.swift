import Autograd
import Configuration
import Layers
import SpeechEmotion
import Training

/// An experiment: data, features, model and training, as described by a JSON config. It determines the results completely.
public struct Experiment: Options {
    public var name = "experiment"
    public var description = ""
    public var seed = 1
    public var data = DataOptions(SyntheticCorpus())
    public var split = AnySplit(GroupedSplit())
    public var fold = 1
    public var features = FeaturePipeline()
    public var augmentation = AugmentationPlan()
    public var model = ModelDescription(Sequential.Spec([]))
    public var initialize: Initialization?
    public var freeze: [FrozenParameters] = []
    public var targets: [AnyTarget] = []
    public var frameLabels: FrameLabels?
    public var targetWeighting = TargetLoss.Weighting.fixed
    public var loss = AnyLoss(CrossEntropyLoss())
    public var optimizer = AnyOptimizer(Adam())
    public var schedule: AnySchedule?
    public var training = TrainingOptions()
    public var evaluation = EvaluationOptions()
    public var logging = LoggingOptions()
    public var search: SearchOptions?
    public var sweep: SweepOptions?

    public static let summary = "An experiment: data, split, features, model, training and evaluation."
    public static let fields: [Field<Self>] = [
        .init(
            "name", \.name, "Name of the experiment; the default name of its run folders.", .notEmpty,
            .isFolderName),
        .init("description", \.description, "Purpose of the experiment, in a sentence or two."),
        .init(
            "seed", \.seed,
            "Random seed. It determines weight initialization, the order of examples, dropout and augmentation.",
            .atLeast(0)),
        .init("data", \.data, "The corpus and the selection of its clips.", .required),
        .init(
            "split", \.split, "The split into training, validation and test sets.",
            .required),
        .init("fold", \.fold, "Number of the fold, counted from 1, if the split has several.", .atLeast(1)),
        .init(
            "features", \.featureDescription,
            "The feature pipeline: resampling, preprocessing, and the features that form the model's input. `{\"from\": \"runs/NAME\"}` uses the pipeline of a trained model.",
            .required),
        .init(
            "augmentation", \.augmentation,
            "Augmentation of the training set. For test-time augmentation, see `evaluation.tta`."),
        .init("model", \.model, "The model: a list of layers, or a single layer.", .required),
        .init(
            "initialize", \.initialize,
            "Fine-tuning: the trained weights that the model starts from; `null` starts from random weights."),
        .init("freeze", \.freeze, "Parameters that are not trained, in all epochs or in the first ones."),
        .init(
            "targets", \.targets,
            "Targets of the model: regression, classification (also from votes), multi-label or ordinal targets, or several of these. By default, the class in the column `label`. The model has one output for each number, class or label, in this order: `\"units\": \"targets\"`, or `\"targets:NAME\"` for one target."
        ),
        .init(
            "frame_labels", \.frameLabels,
            "Frame classification: labeled segments replace the class of a clip, and the model outputs a score for each class at every step. `null` classifies clips."
        ),
        .init(
            "target_weighting", \.targetWeighting,
            "How the losses of several targets are weighted: by their `weight` alone, or also by learned uncertainties (Kendall et al. 2018)."
        ),
        .init("loss", \.loss, "The loss to minimize; with `targets`, each has its own."),
        .init("optimizer", \.optimizer, "The optimizer."),
        .init("schedule", \.schedule, "Learning-rate schedule; `null` keeps the learning rate constant."),
        .init("training", \.training, "Training options."),
        .init("evaluation", \.evaluation, "Evaluation options."),
        .init("logging", \.logging, "Logging in addition to the metrics files."),
        .init(
            "search", \.search,
            "Hyperparameter search inside the training set before the run; `null` disables it."),
        .init(
            "sweep", \.sweep,
            "Ablation study, parameter search or cross-validation for `Train ablate`; `Train run` ignores it."
        ),
    ]

    public init() {}

    private var featureDescription: FeatureDescription {
        get { FeatureDescription(pipeline: features) }
        set { features = newValue.pipeline }
    }
}

extension Constraint<String> {
    /// Requires a valid folder name.
    static var isFolderName: Constraint {
        .check("that is a valid folder name, without \"/\"") { RunName.isValid($0) }
    }
}

extension Experiment {
    /// The experiment with defaults that depend on other values made explicit, such as those of the optimizer.
    public var resolved: Experiment {
        var result = self
        let optimizer = optimizer.value.resolved
        result.optimizer = AnyOptimizer(optimizer)
        return result
    }
}
