import Configuration

/// A change that a member of a sweep makes to the experiment's document.
struct SweepChange: Sendable {
    var path: JSONPath
    /// The new value; nil removes the existing one.
    var value: JSONValue?
    /// The location in the sweep.
    var place: Location
}

extension JSONValue {
    /// Returns the document with changes applied. All paths refer to the unchanged document: values are set first, then elements
    /// are removed from last to first.
    ///
    /// - Parameter resolved: The same document with all defaults.
    func applying(_ changes: [SweepChange], resolved: JSONValue) throws(ConfigurationError) -> JSONValue {
        var result = self
        for change in changes { try result.fillIn(change.path, from: resolved) }
        for change in changes {
            guard let value = change.value else { continue }
            try result.set(change.path, to: JSONValue(value.content, at: change.place))
        }
        let removals = changes.filter { $0.value == nil }.sorted { $0.path.isBehind($1.path) }
        for change in removals where result[change.path] != nil {
            try result.remove(change.path, source: change.place.description)
        }
        return result
    }

    /// Makes the default that contains a path explicit.
    private mutating func fillIn(_ path: JSONPath, from resolved: JSONValue) throws(ConfigurationError) {
        for count in 0..<path.steps.count {
            let way = JSONPath(Array(path.steps.prefix(count)))
            if self[way] == nil || self[way]?.isNull == true, let value = resolved[way] {
                return try set(way, to: value)
            }
        }
    }

    /// Returns the path with indices for all list elements. Throws if it does not exist in the document.
    func existing(_ path: JSONPath, place: Location) throws(ConfigurationError) -> JSONPath {
        var way = JSONPath()
        var value = self
        func problem(_ step: JSONPath.Step, _ message: String) -> ConfigurationError {
            ConfigurationError(place: place, path: way.appending(step), message)
        }
        for step in path.steps {
            switch (value.content, step) {
            case (.list(let elements), _):
                let index: Int? =
                    switch step {
                    case .index(let index): index
                    case .key(let key): Int(key)
                    }
                guard let index else {
                    throw problem(step, "this is a list; use an index, such as [0]")
                }
                guard elements.indices.contains(index) else {
                    let last = elements.isEmpty ? "is empty" : "ends with [\(elements.count - 1)]"
                    throw problem(step, "the experiment has no such element; the list \(last)")
                }
                way = way.appending(.index(index))
                value = elements[index]
            case (.object(let members), .key(let key)):
                guard let member = members.first(where: { $0.key == key }) else {
                    throw problem(step, "the experiment has no such key" + advice(key, way, members))
                }
                way = way.appending(step)
                value = member.value
            default:
                throw problem(
                    step,
                    "\(way) is \(value.isNull ? "null" : value.line) and has no keys; set \(way) itself"
                )
            }
        }
        return way
    }

    /// Suggests the intended key: a similar one in the same object, or one of that name elsewhere.
    private func advice(_ key: String, _ way: JSONPath, _ members: [JSONMember]) -> String {
        if let near = Suggestion.closest(to: key, among: members.map(\.key)) {
            return "; did you mean \"\(way.appending(.key(near)))\"?"
        }
        let others = paths(to: key).prefix(3).map { "\"\($0)\"" }
        if !others.isEmpty { return "; did you mean \(others.joined(separator: " or "))?" }
        if members.isEmpty { return "; set \(way) itself" }
        return "; available keys: \(members.map(\.key).joined(separator: ", "))"
    }

    private func paths(to key: String, below way: JSONPath = JSONPath()) -> [JSONPath] {
        switch content {
        case .object(let members):
            members.flatMap { member in
                let path = way.appending(.key(member.key))
                return (member.key == key ? [path] : []) + member.value.paths(to: key, below: path)
            }
        case .list(let elements):
            elements.enumerated().flatMap { $1.paths(to: key, below: way.appending(.index($0))) }
        default: []
        }
    }
}

extension JSONPath {
    /// Whether it refers to a later element of the same list as the other path, or to something inside it.
    fileprivate func isBehind(_ other: JSONPath) -> Bool {
        for (mine, its) in zip(steps, other.steps) {
            switch (mine, its) {
            case (.index(let a), .index(let b)) where a != b: return a > b
            case (.key(let a), .key(let b)) where a != b: return a > b
            default: continue
            }
        }
        return steps.count > other.steps.count
    }
}
