import Configuration

/// A small configuration with every feature: nesting, lists, recursive types, optionals, choices.
struct Experiment: Options {
    var name = ""
    var seeds = [0]
    var model = Model()
    var loss = Tagged<Losses>(CrossEntropy())
    var training = Training()
    var notes: String?
    var parts = Named<Tagged<Layers>>()
    var sweep: JSONValue = [:]

    static let summary = "A model and how it is trained."
    static let fields: [Field<Self>] = [
        .init("name", \.name, "What the run is called.", .required, .notEmpty),
        .init("seeds", \.seeds, "One run for each.", .count(1...3), .atLeast(0)),
        .init("model", \.model, "What is trained."),
        .init("loss", \.loss, "What is made small."),
        .init("training", \.training, "How it is trained."),
        .init("notes", \.notes, "Anything worth remembering."),
        .init("parts", \.parts, "Parts by name."),
        .init("sweep", \.sweep, "Values to try."),
    ]
}

struct Model: Options {
    var input: [Int] = [200, 40]
    var layers: [Tagged<Layers>] = []

    static let fields: [Field<Self>] = [
        .init("input", \.input, "Shape of one example.", .count(1...3), .atLeast(1)),
        .init("layers", \.layers, "From the input to the output."),
    ]
}

struct Training: Options {
    enum Metric: String, CaseIterable, ConfigurationValue {
        case loss, accuracy
        case averageRecall = "average_recall"
    }

    var epochs = 10
    var rate: Float = 0.001
    var momentum = 0.9
    var metric = Metric.loss
    var patience: Int?
    var clip: Double?
    var band = Pair(20.0, 8000.0)
    var shuffle = true
    var steps: Either<Int, [Int]> = .first(1)

    static let summary = "How a model is trained."
    static let fields: [Field<Self>] = [
        .init("epochs", \.epochs, "How often all data is seen.", .range(1...1000)),
        .init("rate", \.rate, "Learning rate.", .above(0)),
        .init("momentum", \.momentum, "Part of the last step that is kept.", .atLeast(0), .below(1)),
        .init("metric", \.metric, "Which epoch is the best."),
        .init("patience", \.patience, "Epochs without gain before the end.", .atLeast(1)),
        .init("clip", \.clip, "Largest norm of the gradient.", .above(0)),
        .init("band", \.band, "Frequencies in hertz.", .atLeast(0)),
        .init("shuffle", \.shuffle, "A new order in every epoch."),
        .init("steps", \.steps, "Steps of the schedule."),
    ]

    var validationIssues: [ValidationIssue] {
        band.first < band.second
            ? [] : [ValidationIssue("band", "the first has to be below the second, found \(band.encode())")]
    }
}

protocol LayerSpec: TaggedOptions {
    var isRecurrent: Bool { get }
}

extension LayerSpec {
    var isRecurrent: Bool { false }
}

enum Layers: Registry {
    typealias Value = any LayerSpec
    static let noun = "layer"
    static var builtIn: [any TaggedOptions.Type] {
        [Dense.self, GRU.self, Conv2D.self, Residual.self, Flatten.self]
    }
}

struct Dense: LayerSpec {
    enum Activation: String, CaseIterable, ConfigurationValue { case none, relu, gelu, tanh }

    var units = 0
    var activation = Activation.none

    static let type = "dense"
    static let summary = "Every output sees every input."
    static let fields: [Field<Self>] = [
        .init("units", \.units, "Number of outputs.", .required, .atLeast(1)),
        .init("activation", \.activation, "Applied to the sum."),
    ]
}

struct GRU: LayerSpec {
    var units = 0
    var bidirectional = false
    var dropout = 0.0

    var isRecurrent: Bool { true }

    static let type = "gru"
    static let summary = "Gated recurrent units."
    static let fields: [Field<Self>] = [
        .init("units", \.units, "Size of the state.", .required, .above(0)),
        .init("bidirectional", \.bidirectional, "Walk in both directions."),
        .init("dropout", \.dropout, "Part of the inputs that is left out.", .atLeast(0), .below(1)),
    ]
}

struct Conv2D: LayerSpec {
    var filters = 0
    var kernel = OneOrTwo(3)
    var groups = 1

    static let type = "conv2d"
    static let summary = "A convolution over pictures."
    static let fields: [Field<Self>] = [
        .init(
            "filters", \.filters, "Number of outputs.", .required, .atLeast(1),
            .check("that divides by 4") { $0 % 4 == 0 }),
        .init("kernel", \.kernel, "Height and width.", .atLeast(1)),
        .init("groups", \.groups, "Parts that do not see each other.", .oneOf([1, 2, 4])),
    ]
}

struct Residual: LayerSpec {
    var layers: [Tagged<Layers>] = []
    var shortcut: Tagged<Layers>?

    static let type = "residual"
    static let summary = "Adds its input to what its layers make of it."
    static let fields: [Field<Self>] = [
        .init("layers", \.layers, "The branch.", .required, .notEmpty),
        .init("shortcut", \.shortcut, "What the input passes on its way."),
    ]
}

struct Flatten: LayerSpec {
    static let type = "flatten"
    static let summary = "One axis out of all."
    static let fields: [Field<Self>] = []
}

enum Losses: Registry {
    typealias Value = any TaggedOptions
    static let noun = "loss"
    static var builtIn: [any TaggedOptions.Type] { [CrossEntropy.self, Focal.self] }
}

struct CrossEntropy: TaggedOptions {
    var smoothing = 0.0

    static let type = "cross_entropy"
    static let summary = "For classes."
    static let fields: [Field<Self>] = [
        .init("smoothing", \.smoothing, "Part of the label given to all classes.", .range(0...0.5))
    ]
}

struct Focal: TaggedOptions {
    var gamma = 2.0

    static let type = "focal"
    static let summary = "For classes of unequal size."
    static let fields: [Field<Self>] = [
        .init("gamma", \.gamma, "How little easy examples count.", .atLeast(0))
    ]
}
