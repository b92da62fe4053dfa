/// The header `Content-Disposition: form-data; name="a"; filename="b.wav"`.
struct ContentDisposition {
    let kind: String
    let parameters: [String: String]

    /// Parses the header, or returns nil if it is malformed.
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        var at = 0
        func skipBlanks() { while at < bytes.count, Characters.isBlank(bytes[at]) { at += 1 } }
        func token() -> String? {
            let start = at
            while at < bytes.count, Characters.isToken(bytes[at]) { at += 1 }
            return at > start ? String(decoding: bytes[start..<at], as: UTF8.self) : nil
        }
        skipBlanks()
        guard let kind = token() else { return nil }
        self.kind = kind.lowercased()
        var parameters: [String: String] = [:]
        while true {
            skipBlanks()
            guard at < bytes.count else { break }
            guard bytes[at] == UInt8(ascii: ";") else { return nil }
            at += 1
            skipBlanks()
            guard let name = token()?.lowercased(), at < bytes.count, bytes[at] == UInt8(ascii: "="),
                parameters[name] == nil
            else { return nil }
            at += 1
            guard at < bytes.count else { return nil }
            guard bytes[at] == UInt8(ascii: "\"") else {
                guard let value = token() else { return nil }
                parameters[name] = value
                continue
            }
            at += 1
            var value: [UInt8] = []
            while at < bytes.count, bytes[at] != UInt8(ascii: "\"") {
                // Only quotes and backslashes are escaped; other backslashes are part of old Windows paths.
                if bytes[at] == UInt8(ascii: "\\"), at + 1 < bytes.count, "\"\\".utf8.contains(bytes[at + 1])
                {
                    at += 1
                }
                value.append(bytes[at])
                at += 1
            }
            guard at < bytes.count, let text = String(validating: value, as: UTF8.self) else { return nil }
            at += 1
            parameters[name] = text
        }
        self.parameters = parameters
    }

    /// The value of `filename*=UTF-8''...` (RFC 8187), or else of `filename`, where browsers write quotes and line
    /// breaks as %22, %0D and %0A. Nil if there is neither.
    var filename: String? {
        if let text = parameters["filename*"] {
            let parts = text.split(separator: "'", maxSplits: 2, omittingEmptySubsequences: false)
            if parts.count == 3, parts[0].lowercased() == "utf-8", let name = PercentCoding.decoded(parts[2])
            {
                return name
            }
        }
        return parameters["filename"].map(Self.unescaped)
    }

    /// The value of `name`.
    var name: String? { parameters["name"].map(Self.unescaped) }

    private static func unescaped(_ text: String) -> String {
        text.replacing("%22", with: "\"").replacing("%0D", with: "\r").replacing("%0A", with: "\n")
    }
}
