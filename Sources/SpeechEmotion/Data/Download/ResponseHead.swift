/// What a web server says before it sends a file.
struct ResponseHead: Equatable {
    var status: Int
    /// How many bytes follow, where the server says so.
    var length: Int?
    /// For a part of a file: its first byte, and how many the whole file has.
    var start: Int?
    var total: Int?

    /// Whether another answer follows this one: the one of the place that it points to.
    var isPassing: Bool {
        (100..<200).contains(status) || [301, 302, 303, 307, 308].contains(status) && hasLocation
    }
    private var hasLocation = false

    /// Reads the lines of a head; nil if it is none.
    init?(_ text: String) {
        let lines = text.split(whereSeparator: \.isNewline)
        guard let first = lines.first, first.hasPrefix("HTTP/") else { return nil }
        let words = first.split(separator: " ")
        guard words.count >= 2, let status = Int(words[1]), (100..<1000).contains(status) else { return nil }
        self.status = status
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = String(line[colon...].dropFirst()).trimmed
            switch line[..<colon].lowercased() {
            case "content-length": length = Int(value)
            case "location": hasLocation = true
            case "content-range":
                // bytes 100-199/200
                let parts = value.dropFirst("bytes ".count).split(separator: "/")
                guard value.hasPrefix("bytes "), parts.count == 2 else { continue }
                start = parts[0].split(separator: "-").first.flatMap { Int($0) }
                total = Int(parts[1])
            default: continue
            }
        }
    }
}
