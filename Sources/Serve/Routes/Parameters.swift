import Configuration
import Server

/// The parameters of a request: the query, and the fields of a form.
struct Parameters {
    private var items: [(name: String, value: String)] = []

    /// Throws a `Problem` for a parameter that is not among the allowed ones.
    init(_ request: Request, form: Multipart? = nil, allowed: [String]) throws(Problem) {
        items = request.query.map { ($0.name, $0.value) }
        for part in form?.parts ?? [] where part.filename == nil && part.name != "file" {
            guard let text = part.text else { throw Problem(400, "The field \"\(part.name)\" is not UTF-8.") }
            items.append((part.name, text))
        }
        for item in items where !allowed.contains(item.name) {
            let hint =
                Suggestion.closest(to: item.name, among: allowed).map { " Did you mean \"\($0)\"?" } ?? ""
            throw Problem(
                400,
                "Unknown parameter \"\(item.name.prefix(80))\".\(hint) Allowed: \(allowed.joined(separator: ", "))."
            )
        }
    }

    /// The last value of a parameter, or nil.
    subscript(name: String) -> String? { items.last { $0.name == name }?.value }

    /// All values of a parameter.
    func all(_ name: String) -> [String] { items.filter { $0.name == name }.map(\.value) }

    /// The number that a parameter gives, or nil.
    func number(_ name: String) throws(Problem) -> Double? {
        guard let text = self[name] else { return nil }
        guard let value = Double(text), value.isFinite else {
            throw Problem(400, "\(name): expected a number, found \"\(text.prefix(80))\".")
        }
        return value
    }

    /// The integer that a parameter gives, or nil.
    func integer(_ name: String) throws(Problem) -> Int? {
        guard let text = self[name] else { return nil }
        guard let value = Int(text) else {
            throw Problem(400, "\(name): expected an integer, found \"\(text.prefix(80))\".")
        }
        return value
    }

    /// The truth value of a parameter.
    func flag(_ name: String, default value: Bool) throws(Problem) -> Bool {
        switch self[name] {
        case nil: return value
        case "true", "1", "": return true
        case "false", "0": return false
        case let text?:
            throw Problem(400, "\(name): expected true or false, found \"\(text.prefix(80))\".")
        }
    }
}
