/// Overrides of single values of a document, as in `--set model.layers.4.units=64`.
extension JSONValue {
    /// Sets a value from a command-line argument such as `model.layers[4].units=64`. The text after the equals sign
    /// is parsed as JSON if it looks like JSON, and is a string otherwise.
    ///
    /// - Parameters:
    ///   - assignment: The path and the value, separated by an equals sign.
    ///   - source: The location for error messages. The default is `--set` with the assignment.
    public mutating func set(_ assignment: String, source: String? = nil) throws(ConfigurationError) {
        let source = source ?? "--set \(assignment)"
        let place = Location(source: source)
        var rest = Substring(assignment)
        let path = try JSONPath.read(from: &rest, place: place)
        guard rest.first == "=" else {
            throw ConfigurationError(
                place: place, "missing value; write \(path.description.shortened(to: 60))=value")
        }
        try set(path, to: JSONValue.argument(String(rest.dropFirst()), source: source))
    }

    /// Sets the value at a path. Missing objects along the path are created; elements of lists must exist.
    public mutating func set(_ path: JSONPath, to value: JSONValue) throws(ConfigurationError) {
        try change(path, from: 0, to: value, place: value.place)
    }

    /// Removes the key or element at a path, which must exist.
    public mutating func remove(_ path: JSONPath, source: String) throws(ConfigurationError) {
        try change(path, from: 0, to: nil, place: Location(source: source))
    }

    private mutating func change(
        _ path: JSONPath, from level: Int, to value: JSONValue?, place: Location
    ) throws(ConfigurationError) {
        guard level < path.steps.count else {
            if let value { self = value }
            return
        }
        let here = JSONPath(Array(path.steps.prefix(level + 1)))
        guard level < JSONValue.depthLimit else {
            throw ConfigurationError(place: place, "the path has more than \(JSONValue.depthLimit) steps")
        }
        let isLast = level + 1 == path.steps.count
        if let elements, let index = try index(path.steps[level], here, elements.count, place) {
            var elements = elements
            content = .null
            defer { content = .list(elements) }
            if isLast, value == nil {
                elements.remove(at: index)
            } else {
                try elements[index].change(path, from: level + 1, to: value, place: place)
            }
            return
        }
        guard case .key(let key) = path.steps[level] else {
            throw ConfigurationError(place: place, path: here, "expected a list, found \(shown)")
        }
        guard members != nil || isNull else {
            let parent = JSONPath(Array(path.steps.prefix(level)))
            throw ConfigurationError(place: place, path: parent, "expected an object, found \(shown)")
        }
        var members = members ?? []
        if isNull { self.place = place }
        let found = members.firstIndex { $0.key == key }
        if value == nil, found == nil {
            let question = Suggestion.question(key, members.map(\.key))
            throw ConfigurationError(place: place, path: here, "no such key\(question)")
        }
        content = .null
        defer { content = .object(members) }
        if isLast, value == nil, let found {
            members.remove(at: found)
            return
        }
        if found == nil { members.append(JSONMember(key, JSONValue(.null, at: place), at: place)) }
        let index = found ?? members.count - 1
        try members[index].value.change(path, from: level + 1, to: value, place: place)
    }

    private func index(
        _ step: JSONPath.Step, _ here: JSONPath, _ count: Int, _ place: Location
    ) throws(ConfigurationError) -> Int? {
        let index: Int?
        switch step {
        case .index(let value): index = value
        case .key(let key): index = key.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(key) : nil
        }
        guard let index else {
            throw ConfigurationError(
                place: place, path: here, "expected an index such as [0], because this is a list")
        }
        guard index < count else {
            let most =
                count == 0
                ? "the list is empty" : "the list has \(count) elements, the last is [\(count - 1)]"
            throw ConfigurationError(place: place, path: here, most)
        }
        return index
    }

    /// Converts an argument to a value: JSON if it looks like JSON, a string otherwise.
    static func argument(_ text: String, source: String) throws(ConfigurationError) -> JSONValue {
        let isJSON =
            ["true", "false", "null"].contains(text) || text.first.map { "{[\"".contains($0) } == true
            || JSONParser.isNumber(ArraySlice(text.utf8))
        if !isJSON { return JSONValue(.text(text), at: Location(source: source)) }
        do throws(ConfigurationError) {
            return try JSONValue.parse(text, source: source).placed(Location(source: source))
        } catch {
            throw ConfigurationError(
                error.problems.map { problem in
                    let column = problem.place.column
                    return ConfigurationIssue(
                        place: Location(source: source),
                        message: "character \(column) of the value: \(problem.message)")
                })
        }
    }

    private func placed(_ place: Location) -> JSONValue {
        switch content {
        case .list(let elements): JSONValue(.list(elements.map { $0.placed(place) }), at: place)
        case .object(let members):
            JSONValue(
                .object(members.map { JSONMember($0.key, $0.value.placed(place), at: place) }), at: place)
        default: JSONValue(content, at: place)
        }
    }
}
