import Autograd

/// Finds clips by their ids or, for lists from other sources, by their paths without extensions or by their names
/// alone.
struct NameIndex {
    private var exact: [String: Int] = [:]
    /// nil if several clips have the name.
    private var loose: [String: Int?] = [:]

    /// Throws if an id occurs twice.
    init(unique ids: [String], file: String) throws {
        self.init(ids)
        guard exact.count < ids.count else { return }
        var seen: Set<String> = []
        let twice = ids.first { !seen.insert($0).inserted } ?? ""
        throw FileError(
            file: file, place: "the clips", found: "\"\(twice)\" twice", allowed: "one row per clip")
    }

    init(_ ids: [String]) {
        for (index, id) in ids.enumerated() {
            exact[id] = index
            for name in Self.names(id) { loose.updateValue(loose[name] == nil ? index : nil, forKey: name) }
        }
    }

    /// The clip with exactly this id.
    subscript(id: String) -> Int? { exact[id] }

    /// The clip with this id, path or name, if it is unique.
    func find(_ name: String) -> Int? {
        for name in [name] + Self.names(name) {
            if let index = exact[name] ?? loose[name] ?? nil { return index }
        }
        return nil
    }

    /// The path without its extension; the last component of the path, with and without its extension.
    private static func names(_ id: String) -> [String] {
        func bare(_ text: String) -> String {
            guard let dot = text.lastIndex(of: "."), dot != text.startIndex, !text[dot...].contains("/")
            else {
                return text
            }
            return String(text[..<dot])
        }
        let last = id.split(separator: "/").last.map(String.init) ?? id
        var names: [String] = []
        for name in [bare(id), last, bare(last)] where name != id && !names.contains(name) {
            names.append(name)
        }
        return names
    }
}
