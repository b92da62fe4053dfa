/// Reads SVG and the HTML that this package writes, and finds what is not well formed.
package struct MarkupReader {
    package struct Element {
        package var name: String
        package var attributes: [String: String]
        /// The text inside, that of inner elements included.
        package var text = ""
        /// The names of the elements around it, outermost first.
        package var path: [String]
    }

    package struct Mistake: Error, CustomStringConvertible {
        package var description: String
    }

    private(set) var elements: [Element] = []
    private let text: [Character]
    private var at = 0
    private var open: [(name: String, element: Int)] = []

    /// All elements in the order of their beginnings; throws a `Mistake` at the first thing that is wrong.
    package static func elements(_ text: String) throws -> [Element] {
        var reader = MarkupReader(text)
        try reader.read()
        return reader.elements
    }

    private init(_ text: String) { self.text = Array(text.replacing("\r\n", with: "\n")) }

    private func mistake(_ what: String) -> Mistake {
        Mistake(description: "\(what) at …\(String(text[max(0, at - 60)..<min(text.count, at + 20)]))…")
    }

    private mutating func read() throws {
        let doctype = Array("<!DOCTYPE html>")
        if text.starts(with: doctype) { at = doctype.count }
        while at < text.count {
            if text[at] == "<" {
                if at + 1 < text.count, text[at + 1] == "/" { try close() } else { try begin() }
            } else {
                let piece = try characters(until: ["<"])
                if open.isEmpty, piece.contains(where: { !$0.isWhitespace }) { throw mistake("text outside") }
                for (_, element) in open { elements[element].text += piece }
            }
        }
        if let last = open.last { throw mistake("<\(last.name)> is never closed") }
    }

    private mutating func name() throws -> String {
        let start = at
        while at < text.count, text[at].isLetter || text[at].isNumber || "-:".contains(text[at]) { at += 1 }
        guard at > start else { throw mistake("a name is missing") }
        return String(text[start..<at])
    }

    private mutating func begin() throws {
        at += 1
        let name = try name()
        var attributes: [String: String] = [:]
        while at < text.count, text[at] == " " {
            at += 1
            let key = try self.name()
            guard at + 1 < text.count, text[at] == "=", text[at + 1] == "\"" else {
                throw mistake("no value")
            }
            at += 2
            let value = try characters(until: ["\""])
            at += 1
            guard attributes.updateValue(value, forKey: key) == nil else { throw mistake("\(key) twice") }
        }
        elements.append(Element(name: name, attributes: attributes, path: open.map(\.name)))
        if at + 1 < text.count, text[at] == "/", text[at + 1] == ">" {
            at += 2
        } else if at < text.count, text[at] == ">" {
            at += 1
            if name != "meta" { open.append((name, elements.count - 1)) }
            if name == "style" { skipStyle() }
        } else {
            throw mistake("<\(name) does not end")
        }
    }

    /// The text of a style sheet is no markup.
    private mutating func skipStyle() {
        while at < text.count, text[at] != "<" { at += 1 }
    }

    private mutating func close() throws {
        at += 2
        let name = try name()
        guard at < text.count, text[at] == ">" else { throw mistake("</\(name) does not end") }
        at += 1
        guard let last = open.popLast(), last.name == name else { throw mistake("</\(name)> closes nothing") }
    }

    /// Text up to one of some characters or the end, its entities replaced.
    private mutating func characters(until ends: [Character]) throws -> String {
        let entities: [(String, Character)] = [
            ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"),
        ]
        var result = ""
        while at < text.count, !ends.contains(text[at]) {
            let character = text[at]
            if character == "&" {
                guard let (code, meaning) = entities.first(where: { text[at...].starts(with: $0.0) }) else {
                    throw mistake("& alone")
                }
                result.append(meaning)
                at += code.count
                continue
            }
            let allowed = character.unicodeScalars.allSatisfy { scalar in
                scalar == "\n" || scalar == "\t" || scalar.value >= 0x20 && scalar.value != 0x7F
            }
            guard character != "<", allowed else { throw mistake("a forbidden character") }
            result.append(character)
            at += 1
        }
        return result
    }
}

/// Names that files and classes may have, though nobody wishes it.
package let hostileNames = [
    "<script>alert(1)</script>", "\"quoted\" 'too'", "a & b &amp; c", "]]>", "<!-- -->",
    "\u{0}\u{1B}[31m\u{7F}",
    "أهلا\u{202E}gnp", "👩‍👩‍👧‍👦 e\u{301}", "", " ", "\n\t", String(repeating: "long ", count: 300),
    "</svg></figure><img src=x onerror=alert(1)>", "\u{FFFE}\u{FFFF}",
]
