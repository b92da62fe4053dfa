/// One thing that is wrong with a configuration: where it stands, which key, and what to do.
public struct Problem: Sendable, Hashable, CustomStringConvertible {
    /// Where the value stands, or where one is missing.
    public var place: Place
    /// The way to the value from the top of the document, empty for the document itself.
    public var path: JSONPath
    /// What was expected and what was found.
    public var message: String

    /// A problem with the value at a place.
    public init(place: Place, path: JSONPath = JSONPath(), message: String) {
        self.place = place
        self.path = path
        self.message = message
    }

    /// `Experiments/a.json:14:16: model.layers[2].units: expected a whole number above 0, found 12.5`
    public var description: String {
        [place.description, path.description, message].filter { !$0.isEmpty }.joined(separator: ": ")
    }
}

/// Everything that is wrong with a configuration, in the order of the document.
public struct ConfigurationError: Error, Sendable, CustomStringConvertible {
    /// At least one.
    public var problems: [Problem]

    /// All of these.
    public init(_ problems: [Problem]) {
        self.problems = problems
    }

    /// One problem alone.
    public init(place: Place, path: JSONPath = JSONPath(), _ message: String) {
        problems = [Problem(place: place, path: path, message: message)]
    }

    /// One problem a line.
    public var description: String {
        problems.map(\.description).joined(separator: "\n")
    }
}

extension [Problem] {
    /// Sorted by line and column within each source; sources stay in the order of their first problem.
    func inDocumentOrder() -> [Problem] {
        var rank: [String: Int] = [:]
        for problem in self where rank[problem.place.source] == nil {
            rank[problem.place.source] = rank.count
        }
        func key(_ item: (offset: Int, element: Problem)) -> (Int, Int, Int, Int) {
            let place = item.element.place
            return (rank[place.source] ?? 0, place.line, place.column, item.offset)
        }
        return enumerated().sorted { key($0) < key($1) }.map(\.element)
    }
}
