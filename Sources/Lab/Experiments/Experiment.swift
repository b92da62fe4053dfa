import Autograd
import Configuration
import Layers
import SpeechEmotion
import Training

/// An experiment as a JSON file describes it: data, features, model, training. Everything that a result depends on stands here.
public struct Experiment: Options {
    public var name = "experiment"
    public var about = ""
    public var seed = 1
    public var data = DataOptions(SyntheticCorpus())
    public var split = AnySplit(GroupedSplit())
    public var fold = 1
    public var features = FeaturePipeline()
    public var augmentation = AugmentationPlan()
    public var model = ModelDescription(Sequential.Spec([]))
    public var loss = AnyLoss(CrossEntropyLoss())
    public var optimizer = AnyOptimizer(Adam())
    public var schedule: AnySchedule?
    public var training = TrainingOptions()
    public var evaluation = EvaluationOptions()
    public var logging = LoggingOptions()
    public var sweep: SweepOptions?

    public static let summary = "An experiment: data, features, model and training."
    public static let fields: [Field<Self>] = [
        .init("name", \.name, "What runs of it are called.", .notEmpty, .isFolderName),
        .init("description", \.about, "What it is for, in a sentence or two."),
        .init(
            "seed", \.seed,
            "All that is drawn follows from it: first weights, order of examples, dropout, augmentation.",
            .atLeast(0)),
        .init("data", \.data, "Where the clips come from, and which of them take part.", .required),
        .init("split", \.split, "Which clips are trained on, validated on and tested on.", .required),
        .init("fold", \.fold, "Which of the splits is used where there are several, from 1.", .atLeast(1)),
        .init("features", \.features, "What is made of a sound before a model gets it.", .required),
        .init(
            "augmentation", \.augmentation,
            "How the training part is augmented. What is tested may have \"views\" in the evaluation."),
        .init("model", \.model, "The layers.", .required),
        .init("loss", \.loss, "What training lowers."),
        .init("optimizer", \.optimizer, "How weights move."),
        .init("schedule", \.schedule, "How the learning rate changes; null leaves it."),
        .init("training", \.training, "How the model is trained."),
        .init("evaluation", \.evaluation, "What is measured."),
        .init("logging", \.logging, "What is written down beside the metrics."),
        .init("sweep", \.sweep, "What Train ablate varies; null varies nothing, and Train run never does."),
    ]

    public init() {}
}

extension Constraint<String> {
    /// What can be the name of a folder.
    static var isFolderName: Constraint {
        .check("that can name a folder, without \"/\"") { RunFolder.isName($0) }
    }
}

extension Experiment {
    /// The same with the numbers written out that follow from others, such as the optimiser's.
    public var resolved: Experiment {
        var result = self
        let optimizer = optimizer.value.resolved
        result.optimizer = AnyOptimizer(optimizer)
        return result
    }
}
