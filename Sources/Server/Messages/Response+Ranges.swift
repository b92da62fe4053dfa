extension Response {
    /// Returns bytes of a media type, or the range of them that the request asks for. Players need ranges to seek.
    public static func bytes(
        _ bytes: [UInt8], type: String, for request: Request
    ) throws(Problem) -> Response {
        let range = request.method == "GET" ? request.headers["Range"] : nil
        var response: Response
        switch ByteRange(range, size: bytes.count) {
        case .whole: response = .bytes(bytes, type: type)
        case .part(let range):
            response = .bytes(Array(bytes[range]), type: type, status: 206)
            response.headers["Content-Range"] =
                "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(bytes.count)"
        case .unsatisfiable:
            throw Problem(
                416,
                "The content has \(shown(bytes: bytes.count)). The requested range is outside of it.",
                headers: ["Content-Range": "bytes */\(bytes.count)"])
        }
        response.headers["Accept-Ranges"] = "bytes"
        return response
    }
}
