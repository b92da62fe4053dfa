import Autograd
import Configuration

/// The clips of the training, validation and test sets.
public struct Split: Options, Equatable {
    /// A subset of a split.
    public enum Subset: String, CaseIterable, ConfigurationValue {
        case train, validation, test

        /// The word for the subset in a sentence: "the training set".
        package var word: String { self == .train ? "training" : rawValue }
    }

    /// The name of the split, such as `fold 2 of 5`.
    public var name = ""
    /// The ids of the clips of each subset, in the order of the corpus.
    public var train: [String] = []
    public var validation: [String] = []
    public var test: [String] = []
    /// The options that made it; null if it was made otherwise.
    public var madeBy = JSONValue.null
    /// The values of a listed fold that the corpus lacks, such as speakers.
    public var missing: [String] = []

    public static let summary = "Clip ids of the training, validation and test sets."
    public static let fields: [Field<Self>] = [
        .init("name", \.name, "Name of the split."),
        .init("made_by", \.madeBy, "Options that made the split."),
        .init("train", \.train, "Ids of the training clips.", .required),
        .init("validation", \.validation, "Ids of the validation clips."),
        .init("test", \.test, "Ids of the test clips."),
        .init(
            "missing", \.missing, "Values of a listed fold that the corpus lacks; omitted if there are none."),
    ]

    public init() {}
    /// Creates a split of ids.
    public init(name: String, train: [String], validation: [String] = [], test: [String]) {
        self.name = name
        self.train = train
        self.validation = validation
        self.test = test
    }

    public func encode() -> JSONValue {
        var json: JSONValue = [
            "name": name.encode(), "made_by": madeBy, "train": train.encode(),
            "validation": validation.encode(), "test": test.encode(),
        ]
        if !missing.isEmpty { json["missing"] = missing.encode() }
        return json
    }

    /// Whether the corpus lacks all values of a listed fold. Such a fold has no clips; it keeps the numbers of the others.
    public var isMissing: Bool { !missing.isEmpty && test.isEmpty }

    /// A sentence without a period about the values that the corpus lacks; nil if it lacks none.
    public var missingSentence: String? {
        missing.isEmpty ? nil : isMissing ? "left out: \(name)" : "incomplete: \(name)"
    }

    /// The ids of a subset.
    public subscript(subset: Subset) -> [String] {
        get {
            switch subset {
            case .train: train
            case .validation: validation
            case .test: test
            }
        }
        set {
            switch subset {
            case .train: train = newValue
            case .validation: validation = newValue
            case .test: test = newValue
            }
        }
    }
}

extension Corpus {
    /// The clips of a subset. Throws if the corpus lacks one of its ids.
    public func clips(of subset: Split.Subset, in split: Split) throws(InputError) -> [Clip] {
        let index = NameIndex(self)
        var result: [Clip] = []
        for id in split[subset] {
            guard let at = index[id] else {
                throw InputError(
                    "\(subset.word) set of the split \"\(split.name)\"",
                    found: "the clip \"\(id)\", which \(name) does not have",
                    allowed: "a split of this corpus")
            }
            result.append(clips[at])
        }
        return result
    }
}

extension NameIndex {
    /// Creates an index of the clips of a corpus.
    init(_ corpus: Corpus) { self.init(corpus.clips.map(\.id)) }
}
