/// The decoded and normalized path of a request. It has no segments `.`, `..` or empty ones, and no slashes,
/// backslashes or NUL within a segment, so that joining it to a folder cannot leave the folder.
public struct RequestPath: Sendable, Equatable, CustomStringConvertible {
    /// The decoded segments.
    public let segments: [String]
    /// Whether the path ended with a slash.
    public let hasTrailingSlash: Bool

    /// The decoded path, which begins with a slash.
    public var description: String {
        "/" + segments.joined(separator: "/") + (hasTrailingSlash && !segments.isEmpty ? "/" : "")
    }

    /// The path `/`.
    static let root = RequestPath()

    private init() { (segments, hasTrailingSlash) = ([], true) }

    /// Decodes the path of a request target.
    ///
    /// - Throws: A `Problem` of status 400 if the path does not begin with a slash, leaves the root, or contains a
    ///   malformed escape, an encoded slash, a backslash, NUL, or bytes that are not UTF-8.
    public init(_ text: some StringProtocol) throws(Problem) {
        guard text.utf8.first == UInt8(ascii: "/") else {
            throw Problem(400, "The path \(shown(text)) does not begin with a slash.")
        }
        var segments: [String] = []
        for part in text.utf8.split(separator: UInt8(ascii: "/")) {
            guard let segment = PercentCoding.decoded(part).flatMap({ String(validating: $0, as: UTF8.self) })
            else {
                throw Problem(
                    400,
                    "The path contains \(shown(String(decoding: part, as: UTF8.self))), which is not percent-encoded UTF-8."
                )
            }
            if segment.utf8.contains(where: { $0 == 0 || $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") }
            ) {
                throw Problem(
                    400,
                    "The path contains \(shown(String(decoding: part, as: UTF8.self))). A slash, backslash or NUL is not allowed."
                )
            }
            switch segment {
            case ".": continue
            case "..":
                if segments.popLast() == nil {
                    throw Problem(400, "The path \(shown(text)) leaves the root.")
                }
            default: segments.append(segment)
            }
        }
        self.segments = segments
        hasTrailingSlash = text.hasSuffix("/")
    }
}
