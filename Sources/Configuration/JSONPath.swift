/// The path from the root of a document to a value: `model.layers[2].units`.
public struct JSONPath: Sendable, Hashable, CustomStringConvertible {
    /// One step of a path.
    public enum Step: Sendable, Hashable {
        case key(String)
        case index(Int)
    }

    /// The steps, starting at the root.
    public var steps: [Step]

    /// Creates a path. Without steps, it denotes the document itself.
    public init(_ steps: [Step] = []) {
        self.steps = steps
    }

    /// Returns this path extended by one step.
    public func appending(_ step: Step) -> JSONPath {
        JSONPath(steps + [step])
    }

    /// Keys joined by dots, with indices in brackets. A key that is not a plain word is quoted in brackets.
    public var description: String {
        var text = ""
        for step in steps {
            switch step {
            case .index(let index): text += "[\(index)]"
            case .key(let key) where Self.isPlain(key): text += (text.isEmpty ? "" : ".") + key
            case .key(let key): text += "[\(JSONValue.quoted(key.shortened(to: 60)))]"
            }
        }
        return text
    }

    private static func isPlain(_ key: String) -> Bool {
        !key.isEmpty && key.utf8.count <= 60
            && key.unicodeScalars.allSatisfy {
                $0.properties.isAlphabetic || ("0"..."9").contains($0) || "_-$/+".unicodeScalars.contains($0)
            }
    }
}

extension JSONPath {
    /// Parses `model.layers[2].units`, `model.layers.2.units` or `a["odd.key"]`.
    ///
    /// A number between dots is parsed as a key. If the value there is a list, it is used as an index.
    public init(parsing text: String, place: Location? = nil) throws(ConfigurationError) {
        var rest = Substring(text)
        self = try JSONPath.read(from: &rest, place: place ?? Location(source: text))
        if !rest.isEmpty {
            throw ConfigurationError(
                place: place ?? Location(source: text),
                #"a path must not contain "="; quote such a key: ["a=b"]"#)
        }
    }

    /// Parses a path at the start of `rest`, up to an equals sign or the end.
    static func read(from rest: inout Substring, place: Location) throws(ConfigurationError) -> JSONPath {
        var steps: [Step] = []
        while true {
            guard steps.count < JSONValue.depthLimit else {
                throw ConfigurationError(place: place, "the path has more than \(JSONValue.depthLimit) steps")
            }
            if rest.first == "[" {
                steps.append(try bracket(from: &rest, place: place))
            } else {
                let name = rest.prefix { !".[=".contains($0) }
                if name.isEmpty {
                    throw ConfigurationError(
                        place: place,
                        "missing key in the path; write it as model.layers[2].units")
                }
                steps.append(.key(String(name)))
                rest = rest.dropFirst(name.count)
            }
            guard let next = rest.first, next != "=" else { return JSONPath(steps) }
            if next == "." {
                rest.removeFirst()
                if rest.first == "[" || rest.first == nil { continue }
            } else if next != "[" {
                throw ConfigurationError(place: place, #"expected "." or "[" after "]" in the path"#)
            }
        }
    }

    private static func bracket(from rest: inout Substring, place: Location) throws(ConfigurationError)
        -> Step
    {
        rest.removeFirst()
        if rest.first == "\"" {
            let body = rest.dropFirst()
            guard let end = body.firstIndex(of: "\""), body[end...].dropFirst().first == "]" else {
                throw ConfigurationError(place: place, #"expected "] after a quoted key in the path"#)
            }
            rest = body[end...].dropFirst(2)
            return .key(String(body[..<end]))
        }
        let digits = rest.prefix { $0 != "]" }
        guard digits.count < rest.count, digits.allSatisfy({ ("0"..."9").contains($0) }),
            let index = Int(digits)
        else {
            throw ConfigurationError(
                place: place, #"expected an index such as [2] or a quoted key such as ["a.b"] in brackets"#)
        }
        rest = rest.dropFirst(digits.count + 1)
        return .index(index)
    }
}

extension String {
    /// Truncates to at most `count` characters, ending in an ellipsis.
    func shortened(to count: Int) -> String {
        let scalars = unicodeScalars
        guard utf8.count > count, scalars.count > count else { return self }
        return String(String.UnicodeScalarView(scalars.prefix(max(count - 1, 0)))) + "…"
    }
}
