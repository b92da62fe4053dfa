/// An issue in a configuration: its location, the key and what to do.
public struct ConfigurationIssue: Sendable, Hashable, CustomStringConvertible {
    /// The location of the value, or of the object that lacks it.
    public var place: Location
    /// The path from the root to the value. Empty for the document itself.
    public var path: JSONPath
    /// What was expected and what was found.
    public var message: String

    /// Creates an issue.
    public init(place: Location, path: JSONPath = JSONPath(), message: String) {
        self.place = place
        self.path = path
        self.message = message
    }

    /// `Experiments/a.json:14:16: model.layers[2].units: expected an integer above 0, found 12.5`
    public var description: String {
        [place.description, path.description, message].filter { !$0.isEmpty }.joined(separator: ": ")
    }
}

/// All issues of a configuration, in document order.
public struct ConfigurationError: Error, Sendable, CustomStringConvertible {
    /// The issues; at least one.
    public var problems: [ConfigurationIssue]

    /// Creates an error from issues.
    public init(_ problems: [ConfigurationIssue]) {
        self.problems = problems
    }

    /// Creates an error with a single issue.
    public init(place: Location, path: JSONPath = JSONPath(), _ message: String) {
        problems = [ConfigurationIssue(place: place, path: path, message: message)]
    }

    /// The messages without their locations.
    package var reason: String { problems.map(\.message).joined(separator: "; ") }

    /// One issue per line.
    public var description: String {
        problems.map(\.description).joined(separator: "\n")
    }
}

extension [ConfigurationIssue] {
    /// The issues sorted by line and column within each source. Sources are in the order of their first issue.
    func inDocumentOrder() -> [ConfigurationIssue] {
        var rank: [String: Int] = [:]
        for problem in self where rank[problem.place.source] == nil {
            rank[problem.place.source] = rank.count
        }
        func key(_ item: (offset: Int, element: ConfigurationIssue)) -> (Int, Int, Int, Int) {
            let place = item.element.place
            return (rank[place.source] ?? 0, place.line, place.column, item.offset)
        }
        return enumerated().sorted { key($0) < key($1) }.map(\.element)
    }
}
