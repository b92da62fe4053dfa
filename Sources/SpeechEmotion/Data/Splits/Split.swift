import Autograd
import Configuration

/// Which clips a model is trained on, which decide when to stop, and which it is measured on.
public struct Split: Options, Equatable {
    /// A part of a split.
    public enum Part: String, CaseIterable, ConfigurationValue { case train, validation, test }

    /// What the split is called, such as `fold 2 of 5`.
    public var name = ""
    /// The ids of the clips of each part, in the order of the corpus.
    public var train: [String] = []
    public var validation: [String] = []
    public var test: [String] = []
    /// The options that made it; null where it was made otherwise.
    public var madeBy = JSONValue.null

    public static let summary = "The clips of each part, by their ids."
    public static let fields: [Field<Self>] = [
        .init("name", \.name, "What the split is called."),
        .init("made_by", \.madeBy, "The options that made it."),
        .init("train", \.train, "The clips to train on.", .required),
        .init("validation", \.validation, "The clips that decide when to stop."),
        .init("test", \.test, "The clips to measure on."),
    ]

    public init() {}
    /// A split of ids.
    public init(name: String, train: [String], validation: [String] = [], test: [String]) {
        self.name = name
        self.train = train
        self.validation = validation
        self.test = test
    }

    /// The ids of a part.
    public subscript(part: Part) -> [String] {
        get {
            switch part {
            case .train: train
            case .validation: validation
            case .test: test
            }
        }
        set {
            switch part {
            case .train: train = newValue
            case .validation: validation = newValue
            case .test: test = newValue
            }
        }
    }
}

extension Corpus {
    /// The clips of a part. Throws where the corpus lacks one of its ids.
    public func clips(of part: Split.Part, in split: Split) throws(DataProblem) -> [Clip] {
        let index = ClipIndex(self)
        var result: [Clip] = []
        for id in split[part] {
            guard let at = index[id] else {
                throw DataProblem(
                    "\(part.rawValue) part of the split \"\(split.name)\"",
                    found: "the clip \"\(id)\", which \(name) does not have",
                    allowed: "a split that was made for these clips")
            }
            result.append(clips[at])
        }
        return result
    }
}

/// Finds clips by their ids or, for lists that others made, by their paths without endings or by their names alone.
struct ClipIndex {
    private var exact: [String: Int] = [:]
    /// nil where several clips have the name.
    private var loose: [String: Int?] = [:]

    init(_ corpus: Corpus) {
        for (index, clip) in corpus.clips.enumerated() {
            exact[clip.id] = index
            for name in Self.names(clip.id) {
                loose.updateValue(loose[name] == nil ? index : nil, forKey: name)
            }
        }
    }

    /// The clip of this very id.
    subscript(id: String) -> Int? { exact[id] }

    /// The clip of this id, path or name, where it is the only one.
    func find(_ name: String) -> Int? {
        if let index = exact[name] { return index }
        for name in [name] + Self.names(name) {
            if let index = loose[name] { return index }
        }
        return nil
    }

    /// The path without its ending; the last part of the path, and that without its ending.
    private static func names(_ id: String) -> [String] {
        func bare(_ text: String) -> String {
            guard let dot = text.lastIndex(of: "."), dot != text.startIndex, !text[dot...].contains("/")
            else {
                return text
            }
            return String(text[..<dot])
        }
        let last = id.split(separator: "/").last.map(String.init) ?? id
        var names: [String] = []
        for name in [bare(id), last, bare(last)] where name != id && !names.contains(name) {
            names.append(name)
        }
        return names
    }
}
