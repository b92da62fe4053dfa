/// A pattern of paths: `/api/runs/:name/files/*path`.
///
/// `:name` stands for one segment and `*path`, at the end, for one or more.
struct RoutePattern: Sendable {
    private enum Segment: Sendable, Equatable {
        case literal(String)
        case parameter(String)
        case rest(String)
    }

    private let segments: [Segment]

    /// The pattern without the names of its parameters, which are the same for patterns that match the same paths.
    let shape: String
    /// Compares patterns that match the same path: literals come before parameters, and these before the rest.
    let rank: String

    /// Parses a pattern. An error in a pattern is one of the program.
    init(_ text: String) {
        let parts = text.split(separator: "/").map(String.init)
        precondition(text.hasPrefix("/"), "Router: the pattern \"\(text)\" must begin with a slash")
        segments = parts.enumerated().map { index, part in
            let name = String(part.dropFirst())
            switch part.first {
            case ":": return .parameter(name)
            case "*":
                precondition(
                    index == parts.count - 1, "Router: \"\(part)\" must be at the end of \"\(text)\"")
                return .rest(name)
            default: return .literal(part)
            }
        }
        shape = segments.map {
            if case .literal(let text) = $0 { "/" + text } else if case .rest = $0 { "/*" } else { "/:" }
        }
        .joined()
        rank = segments.map { if case .literal = $0 { "0" } else if case .rest = $0 { "2" } else { "1" } }
            .joined()
    }

    /// Returns the values of the parameters, or nil if the path does not match.
    func match(_ path: [String]) -> [String: String]? {
        guard path.count >= segments.count else { return nil }
        var parameters: [String: String] = [:]
        for (index, segment) in segments.enumerated() {
            switch segment {
            case .literal(let text): if path[index] != text { return nil }
            case .parameter(let name): parameters[name] = path[index]
            case .rest(let name):
                parameters[name] = path[index...].joined(separator: "/")
                return parameters
            }
        }
        return path.count == segments.count ? parameters : nil
    }
}
