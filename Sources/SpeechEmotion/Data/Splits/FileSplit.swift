import Autograd
import Configuration

/// A split from a file: splits that were written before, or a table with the columns `clip` and `subset`.
public struct FileSplit: SplitSpec {
    public var file = ""

    public static let type = "file"
    public static let summary =
        "Split from a file: the output of `Train data split`, or a table of clips and their subsets."
    public static let fields: [Field<Self>] = [
        .init(
            "file", \.file,
            "A .json file of splits, or a .csv table with the columns clip, subset (train, validation or test) and, for several folds, split.",
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
                place: Location(source: file, line: 1, column: 1),
                "there is no column \"\(name)\"; the columns are \(table.columns.listed(20))")
        }
        let (clip, subset) = (try column("clip"), try column("subset"))
        let fold = table.column("split")
        let index = NameIndex(corpus)
        var problems: [ConfigurationIssue] = []
        var names: [String] = []
        var members: [String: [Split.Subset: [Int]]] = [:]
        var seen: [String: Set<Int>] = [:]
        for row in table.rows where problems.count < 20 {
            func report(_ column: Int, _ message: String) {
                problems.append(ConfigurationIssue(place: row[column].place, message: message))
            }
            let name = fold.map { row[$0].text } ?? "listed"
            if members[name] == nil {
                names.append(name)
                members[name] = [:]
            }
            guard let place = Split.Subset(rawValue: row[subset].text.trimmed.lowercased()) else {
                report(
                    subset, "expected train, validation or test, found \(JSONValue.quoted(row[subset].text))")
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
            let subsets = members[name] ?? [:]
            guard let train = subsets[.train] else {
                throw InputError(
                    "split \"\(name)\" of \(file)", found: "no training clips", allowed: "at least one")
            }
            var split = made(name, corpus, validation: subsets[.validation] ?? [], test: subsets[.test] ?? [])
            split.train = train.sorted().map { corpus.clips[$0].id }
            return split
        }
    }
}
