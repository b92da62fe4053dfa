import Autograd
import Configuration

/// A split by named speakers, sessions, or other values of a column.
public struct ListedSplit: SplitSpec {
    public var by = "speaker"
    public var test: [NameOrNumber] = []
    public var validation: Either<Amount, [NameOrNumber]> = .first(.none)
    /// nil for everything that is in no other subset.
    public var train: [NameOrNumber]?
    public var balance = ["label", "gender"]
    public var seed = 0

    public static let type = "listed"
    public static let summary = "Split by named speakers, sessions or other values of a column."
    public static let fields: [Field<Self>] = [
        .init("by", \.by, "Column of the values.", .notEmpty),
        .init("test", \.test, "Values of the test set, such as [1, 11, 20, 21].", .required),
        .init(
            "validation", \.validation,
            "Values of the validation set; or an approximate fraction of the remaining clips, or a number of values."),
        .init("train", \.train, "Values of the training set; by default all others."),
        .init(
            "balance", \.balance,
            "Columns by which a random validation set is balanced."),
        .init("seed", \.seed, "Random seed of a random validation set.", .atLeast(0)),
    ]

    public init() {}
    /// Whether there is a validation set.
    public var hasValidation: Bool {
        switch validation {
        case .first(let amount): amount != .none
        case .second(let values): !values.isEmpty
        }
    }
    /// One split. Throws for values that no clip has or that are in two subsets, and if nothing is left for training.
    public func split(_ corpus: Corpus) throws -> [Split] {
        let known = corpus.clips.values(of: by)
        guard !known.isEmpty else {
            throw DataError(
                "listed split", found: "the column \"\(by)\", which no clip has",
                allowed: corpus.columns.listed(20))
        }
        var parts: [String: Split.Subset] = [:]
        func name(_ values: [NameOrNumber], _ part: Split.Subset) throws {
            for value in values {
                guard let name = value.find(in: known) else {
                    throw DataError(
                        "\(part.rawValue) set by \(by)", found: "\"\(value.text)\", which no clip has",
                        allowed: known.listed(100))
                }
                if let other = parts.updateValue(part, forKey: name) {
                    throw DataError(
                        "listed split by \(by)",
                        found:
                            "\"\(name)\" in \(part == other ? "one subset twice" : "\(other.rawValue) and \(part.rawValue)")",
                        allowed: "each value in one subset")
                }
            }
        }
        try name(test, .test)
        if case .second(let values) = validation { try name(values, .validation) }
        if let train { try name(train, .train) }
        func members(_ part: Split.Subset) -> [Int] {
            corpus.clips.indices.filter { index in
                corpus.clips[index].value(of: by).map { parts[$0] == part } ?? false
            }
        }
        let tested = Set(members(.test))
        var validated = members(.validation)
        var trained = train == nil ? corpus.clips.indices.filter { !tested.contains($0) } : members(.train)
        if case .first(let amount) = validation {
            let rule = SplitRule.grouped(by: by, balance: balance)
            validated = try rule.take(amount, from: trained, of: corpus, .validation, generator(seed))
        }
        let taken = Set(validated)
        trained.removeAll { taken.contains($0) }
        guard !trained.isEmpty else {
            throw DataError("listed split by \(by)", found: "no training clips", allowed: "some clips")
        }
        var split = made("listed", corpus, validation: validated, test: tested.sorted())
        split.train = trained.map { corpus.clips[$0].id }
        return [split]
    }
}

/// A value of a column: a text, or an integer that also matches texts such as "01".
public struct NameOrNumber: ConfigurationValue, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
    /// The value as written.
    public var text: String
    private var number: Int?

    /// Matches this text only: "01" is not "1".
    public init(stringLiteral text: String) { self.text = text }
    /// Matches the number in any notation: 1 matches "1" and "01".
    public init(integerLiteral number: Int) {
        text = String(number)
        self.number = number
    }

    public static func decode(_ json: JSONValue, _ context: Decoding) -> NameOrNumber? {
        if let number = json.integer { return NameOrNumber(integerLiteral: number) }
        if json.text != nil { return String.decode(json, context).map { NameOrNumber(stringLiteral: $0) } }
        context.mismatch(json, allowed)
        return nil
    }

    public func encode() -> JSONValue { number?.encode() ?? text.encode() }
    public static func schema(_ book: SchemaBook) -> JSONValue { ["type": ["string", "integer"]] }
    public static var allowed: String { "text or an integer" }
    public static var allowedMany: String { "texts or integers" }
    public static func resembles(_ json: JSONValue) -> Bool { json.text != nil || json.integer != nil }

    /// Returns the name that matches.
    func find(in names: [String]) -> String? {
        if names.contains(text) { return text }
        guard let number else { return nil }
        return names.first { $0.isDigits && Int($0) == number }
    }
}

/// A split from a file: splits that were written before, or a table with the columns `clip` and `part`.
public struct FileSplit: SplitSpec {
    public var file = ""

    public static let type = "file"
    public static let summary =
        "Split from a file: splits that were written before, or a table of clips and their subsets."
    public static let fields: [Field<Self>] = [
        .init(
            "file", \.file,
            "A .json file of splits, or a .csv table with the columns clip, part (train, validation or test) and, for several folds, split.",
            .required, .notEmpty)
    ]

    public init() {}
    /// The splits of a file.
    public init(_ file: String) { self.file = file }

    /// Depends on the file.
    public var foldCount: Int? { nil }
    /// The splits in the order of the file. Throws for clips that the corpus lacks, and if nothing is left for
    /// training.
    public func split(_ corpus: Corpus) throws -> [Split] {
        if file.lowercased().hasSuffix(".json") {
            return try SplitFile.read(file, for: corpus)
        }
        return try table(corpus)
    }

    private func table(_ corpus: Corpus) throws -> [Split] {
        let table = try CSVTable(contentsOf: file)
        func column(_ name: String) throws -> Int {
            if let index = table.column(name) { return index }
            throw ConfigurationError(
                place: Place(source: file, line: 1, column: 1),
                "there is no column \"\(name)\"; the columns are \(table.columns.listed(20))")
        }
        let (clip, part) = (try column("clip"), try column("part"))
        let fold = table.column("split")
        let index = ClipIndex(corpus)
        var problems: [Problem] = []
        var names: [String] = []
        var members: [String: [Split.Subset: [Int]]] = [:]
        var seen: [String: Set<Int>] = [:]
        for row in table.rows where problems.count < 20 {
            func report(_ column: Int, _ message: String) {
                problems.append(Problem(place: row[column].place, message: message))
            }
            let name = fold.map { row[$0].text } ?? "listed"
            if members[name] == nil {
                names.append(name)
                members[name] = [:]
            }
            guard let place = Split.Subset(rawValue: row[part].text.trimmed.lowercased()) else {
                report(part, "expected train, validation or test, found \(JSONValue.quoted(row[part].text))")
                continue
            }
            guard let number = index.find(row[clip].text.trimmed) else {
                report(clip, "there is no clip \(JSONValue.quoted(row[clip].text)) in \(corpus.name)")
                continue
            }
            guard seen[name, default: []].insert(number).inserted else {
                report(clip, "the clip \(JSONValue.quoted(row[clip].text)) is listed twice")
                continue
            }
            members[name, default: [:]][place, default: []].append(number)
        }
        guard problems.isEmpty else { throw ConfigurationError(problems) }
        return try names.map { name in
            let parts = members[name] ?? [:]
            guard let train = parts[.train] else {
                throw DataError(
                    "split \"\(name)\" of \(file)", found: "no training clips", allowed: "some clips")
            }
            var split = made(name, corpus, validation: parts[.validation] ?? [], test: parts[.test] ?? [])
            split.train = train.sorted().map { corpus.clips[$0].id }
            return split
        }
    }
}
