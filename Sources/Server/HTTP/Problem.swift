import Foundation

/// An error that is reported to the client: an HTTP status and a message.
///
/// Its body is `{"error": {"status": 404, "message": "..."}}`. The message is the one that the command line would
/// print.
public struct Problem: Error, Equatable, CustomStringConvertible, LocalizedError {
    /// The HTTP status, 400...599.
    public let status: Int
    /// What was found and what is allowed.
    public let message: String
    /// Headers of the response, such as `Allow` and `Retry-After`.
    public var headers: Headers

    /// Creates a problem.
    public init(_ status: Int, _ message: String, headers: Headers = [:]) {
        (self.status, self.message, self.headers) = (status, message, headers)
    }

    /// Returns `error` itself if it is a problem, or else a problem of status 500 with the description of the error.
    public init(describing error: any Error) {
        self = error as? Problem ?? Problem(500, "\(error)")
    }

    /// The message.
    public var description: String { message }

    /// The same text, for `localizedDescription`.
    public var errorDescription: String? { message }

    /// The JSON body.
    public var json: String {
        "{\"error\": {\"status\": \(status), \"message\": \(JSONText.quoted(message))}}"
    }

    /// The response with the JSON body.
    public var response: Response {
        var response = Response.json(json, status: status)
        for field in headers { response.headers.add(field.name, field.value) }
        return response
    }
}

/// Writes JSON strings.
enum JSONText {
    /// Returns `text` as a JSON string with its quotes.
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            // "<" keeps the text harmless inside a script element.
            case _ where scalar.value < 0x20 || scalar == "<":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

/// Returns `text` for use within an error message: quoted, without control characters, and not too long.
func shown(_ text: some StringProtocol, limit: Int = 80) -> String {
    let part = text.unicodeScalars.prefix(limit)
    let clean = part.map { $0.value < 0x20 || $0.value == 0x7F ? "?" : String($0) }.joined()
    return "\"\(clean)\(part.endIndex == text.unicodeScalars.endIndex ? "" : "...")\""
}

/// Returns a number of bytes for use within an error message, such as "64 MB".
func shown(bytes: Int) -> String {
    for (unit, name) in [(1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "kB")]
    where bytes >= unit && bytes % unit == 0 {
        return "\(bytes / unit) \(name)"
    }
    return bytes == 1 ? "1 byte" : "\(bytes) bytes"
}
