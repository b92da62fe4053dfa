extension Decoding {
    /// Returns the text with `${NAME}` replaced from the environment, if one is given. Reports an issue and returns
    /// nil if a required variable is not set.
    func expanded(_ text: String, at place: Location) -> String? {
        guard let environment, text.utf8.contains(UInt8(ascii: "$")) else { return text }
        var result = ""
        var rest = Substring(text)
        var isGood = true
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            rest = rest[dollar...]
            if rest.hasPrefix("$${") {
                result += "${"
                rest = rest.dropFirst(3)
            } else if rest.hasPrefix("${") {
                guard let end = rest.firstIndex(of: "}") else {
                    report(
                        "\"${\" is never closed; write ${NAME}, or $${ for a literal ${",
                        at: place)
                    return nil
                }
                let name = String(rest[rest.index(rest.startIndex, offsetBy: 2)..<end])
                if let value = environment[name] {
                    result += value
                } else if keepsUnset, !name.isEmpty {
                    result += "${\(name)}"
                } else if name.isEmpty {
                    isGood = false
                    report("missing name in \"${}\"; write ${NAME}", at: place)
                } else {
                    isGood = false
                    let shown = JSONValue.quoted(name.shortened(to: 60))
                    let question = Suggestion.question(name, environment.keys.sorted())
                    report(
                        "the environment variable \(shown) is not set\(question)",
                        at: place)
                }
                rest = rest[end...].dropFirst()
            } else {
                result += "$"
                rest = rest.dropFirst()
            }
        }
        return isGood ? result + rest : nil
    }
}
