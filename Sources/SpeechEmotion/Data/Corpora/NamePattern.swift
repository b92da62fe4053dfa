import Autograd

/// A pattern of names such as `{speaker:2}{statement:3}{label:1}*`, which must match the whole text.
struct NamePattern: Sendable {
    private enum Piece {
        case literal([Character])
        /// Any text, captured unless the name is nil; of a fixed length if one is given.
        case text(name: String?, length: Int?)
    }

    let text: String
    private var pieces: [Piece] = []

    /// Parses a pattern. `{label}` is required.
    init(_ text: String) throws(InputError) {
        self.text = text
        var rest = Substring(text)
        var names: Set<String> = []
        while let first = rest.first {
            switch first {
            case "*":
                rest.removeFirst()
                if case .text(nil, nil) = pieces.last { continue }
                pieces.append(.text(name: nil, length: nil))
            case "{":
                guard let end = rest.firstIndex(of: "}") else {
                    throw InputError("\"{\" is never closed; write {speaker}")
                }
                let parts = rest[..<end].dropFirst().split(separator: ":", omittingEmptySubsequences: false)
                guard let name = parts.first.map(String.init), Self.isName(name), parts.count <= 2 else {
                    throw InputError(
                        "\"\(rest[...end])\" is not a name in braces; write {speaker} or {speaker:2}"
                    )
                }
                let length = parts.count == 2 ? Int(parts[1]) : nil
                guard parts.count == 1 || length.map((1...1000).contains) == true else {
                    throw InputError("\"\(parts[1])\" is not a length from 1 to 1000; write {\(name):2}")
                }
                guard names.insert(name).inserted else {
                    throw InputError("{\(name)} occurs twice; use it once")
                }
                pieces.append(.text(name: name, length: length))
                rest = rest[end...].dropFirst()
            case "}": throw InputError("\"}\" without \"{\"")
            default:
                let literal = rest.prefix { !"*{}".contains($0) }
                pieces.append(.literal(Array(literal)))
                rest = rest.dropFirst(literal.count)
            }
        }
        guard names.contains("label") else {
            throw InputError("{label} is missing; it marks the class, as in {label}/{speaker}_*")
        }
    }

    private static func isName(_ name: String) -> Bool {
        !name.isEmpty && name != "id"
            && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
    }

    /// Returns the captured texts; nil if the pattern does not match. A capture has at least one character, contains no
    /// slash and is as short as possible; `*` matches any text.
    func match(_ text: String) -> [String: String]? {
        let text = Array(text)
        // Rows of the table: whether pieces from `piece` on can match the text from each position.
        var fits = [[Bool]](
            repeating: [Bool](repeating: false, count: text.count + 1), count: pieces.count + 1)
        fits[pieces.count][text.count] = true
        for piece in pieces.indices.reversed() {
            for start in 0...text.count {
                fits[piece][start] = ends(piece, start, text, fits[piece + 1]) != nil
            }
        }
        guard fits[0][0] else { return nil }
        var values: [String: String] = [:]
        var start = 0
        for piece in pieces.indices {
            guard let end = ends(piece, start, text, fits[piece + 1]) else { return nil }
            if case .text(let name?, _) = pieces[piece] { values[name] = String(text[start..<end]) }
            start = end
        }
        return values
    }

    /// The first position where a piece that begins at `start` may end so that the rest matches.
    private func ends(_ piece: Int, _ start: Int, _ text: [Character], _ rest: [Bool]) -> Int? {
        switch pieces[piece] {
        case .literal(let literal):
            let end = start + literal.count
            guard end <= text.count, rest[end], text[start..<end].elementsEqual(literal) else { return nil }
            return end
        case .text(let name, let length):
            let least = name == nil ? 0 : length ?? 1
            var end = start
            while end <= text.count {
                if end - start >= least, rest[end] { return end }
                if end - start == length || end == text.count || name != nil && text[end] == "/" {
                    return nil
                }
                end += 1
            }
            return nil
        }
    }
}
