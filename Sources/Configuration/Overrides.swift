/// Changing single values of a document, as `--set model.layers.4.units=64` does.
extension JSONValue {
    /// Sets a value as a command-line argument says it: `model.layers[4].units=64`. What follows the equals sign is JSON, or
    /// text where it does not look like JSON.
    ///
    /// - Parameter source: What messages name as the place; `--set` and the assignment unless given.
    public mutating func set(_ assignment: String, source: String? = nil) throws(ConfigurationError) {
        let source = source ?? "--set \(assignment)"
        let place = Place(source: source)
        var rest = Substring(assignment)
        let path = try JSONPath.read(from: &rest, place: place)
        guard rest.first == "=" else {
            throw ConfigurationError(
                place: place, "a value is missing; write it as \(path.description.shortened(to: 60))=value")
        }
        try set(path, to: JSONValue.argument(String(rest.dropFirst()), source: source))
    }

    /// Sets the value at a path. Objects on the way are made where they are missing; elements of lists must exist.
    public mutating func set(_ path: JSONPath, to value: JSONValue) throws(ConfigurationError) {
        try change(path, from: 0, to: value, place: value.place)
    }

    /// Takes away the key or the element at a path, which has to exist.
    public mutating func remove(_ path: JSONPath, source: String) throws(ConfigurationError) {
        try change(path, from: 0, to: nil, place: Place(source: source))
    }

    private mutating func change(
        _ path: JSONPath, from level: Int, to value: JSONValue?, place: Place
    ) throws(ConfigurationError) {
        guard level < path.steps.count else {
            if let value { self = value }
            return
        }
        let here = JSONPath(Array(path.steps.prefix(level + 1)))
        guard level < JSONValue.depthLimit else {
            throw ConfigurationError(place: place, "the path has over \(JSONValue.depthLimit) steps")
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
            throw ConfigurationError(place: place, path: here, "there is no list here but \(shown)")
        }
        guard members != nil || isNull else {
            let parent = JSONPath(Array(path.steps.prefix(level)))
            throw ConfigurationError(place: place, path: parent, "has no keys, it is \(shown)")
        }
        var members = members ?? []
        if isNull { self.place = place }
        let found = members.firstIndex { $0.key == key }
        if value == nil, found == nil {
            let question = Suggestion.question(key, members.map(\.key))
            throw ConfigurationError(place: place, path: here, "there is nothing to remove\(question)")
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
        _ step: JSONPath.Step, _ here: JSONPath, _ count: Int, _ place: Place
    ) throws(ConfigurationError) -> Int? {
        let index: Int?
        switch step {
        case .index(let value): index = value
        case .key(let key): index = key.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(key) : nil
        }
        guard let index else {
            throw ConfigurationError(place: place, path: here, "here is a list; write an index, such as [0]")
        }
        guard index < count else {
            let most =
                count == 0
                ? "the list is empty" : "the list has \(count) elements, the last is [\(count - 1)]"
            throw ConfigurationError(place: place, path: here, most)
        }
        return index
    }

    /// The value of an argument: JSON where it looks like it, text otherwise.
    static func argument(_ text: String, source: String) throws(ConfigurationError) -> JSONValue {
        let isJSON =
            ["true", "false", "null"].contains(text) || text.first.map { "{[\"".contains($0) } == true
            || JSONParser.isNumber(ArraySlice(text.utf8))
        if !isJSON { return JSONValue(.text(text), at: Place(source: source)) }
        do throws(ConfigurationError) {
            return try JSONValue.parse(text, source: source).placed(Place(source: source))
        } catch {
            throw ConfigurationError(
                error.problems.map { problem in
                    let column = problem.place.column
                    return Problem(
                        place: Place(source: source),
                        message: "character \(column) of the value: \(problem.message)")
                })
        }
    }

    private func placed(_ place: Place) -> JSONValue {
        switch content {
        case .list(let elements): JSONValue(.list(elements.map { $0.placed(place) }), at: place)
        case .object(let members):
            JSONValue(
                .object(members.map { JSONMember($0.key, $0.value.placed(place), at: place) }), at: place)
        default: JSONValue(content, at: place)
        }
    }
}
