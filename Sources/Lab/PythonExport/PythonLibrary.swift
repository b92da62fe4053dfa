/// The Python functions of which `features.py` consists.
///
/// Each gives the results of its Swift counterpart up to rounding. They are written in this order.
struct PythonLibrary {
    /// A function with the constants above it.
    struct Function {
        let name: String
        let text: String
    }

    static let standard = PythonLibrary(audio, edits, spectra, features, layouts, augmentations)

    let functions: [Function]

    /// Reads functions with two empty lines between them.
    init(_ texts: String...) {
        functions = texts.flatMap { text in
            text.split(separator: "\n\n\n").map { block in
                let definition = block.split(separator: "\n").first { $0.hasPrefix("def ") } ?? ""
                return Function(
                    name: String(definition.dropFirst(4).prefix { $0 != "(" }), text: String(block))
            }
        }
    }

    /// Returns the functions that a text calls, and those that they call.
    func needed(by text: String) -> [Function] {
        var (names, texts) = (Set<String>(), [text])
        while let text = texts.popLast() {
            for function in functions where !names.contains(function.name) && Self.calls(function.name, text)
            {
                names.insert(function.name)
                texts.append(function.text)
            }
        }
        return functions.filter { names.contains($0.name) }
    }

    /// Whether a text calls a function; methods of the same name do not count.
    private static func calls(_ name: String, _ text: String) -> Bool {
        text.ranges(of: name + "(").contains { range in
            guard range.lowerBound > text.startIndex else { return true }
            let before = text[text.index(before: range.lowerBound)]
            return !(before.isLetter || before.isNumber || before == "_" || before == ".")
        }
    }
}
