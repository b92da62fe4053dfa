import Foundation

/// A body of type `multipart/form-data` (RFC 7578): the fields and files of a form.
public struct Multipart: Sendable {
    /// The limits of a body.
    public struct Limits: Sendable {
        /// The number of parts.
        public var parts = 128
        /// The bytes of the header of a part.
        public var headerBytes = 8192
        /// The bytes of the content of a part.
        public var partBytes = Int.max

        /// Creates limits.
        public init(parts: Int = 128, headerBytes: Int = 8192, partBytes: Int = Int.max) {
            (self.parts, self.headerBytes, self.partBytes) = (parts, headerBytes, partBytes)
        }
    }

    /// A field or a file.
    public struct Part: Sendable {
        /// The header fields.
        public let headers: Headers
        /// The name of the field.
        public let name: String
        /// The name of the file as the client sent it, or nil for a field. It may contain anything; see
        /// `safeFilename`.
        public let filename: String?
        /// The content, which shares the memory of the body.
        public let body: ArraySlice<UInt8>

        /// The media type without parameters, in lower case; "text/plain" if there is none.
        public var contentType: String {
            headers["Content-Type"].map { $0.prefix { $0 != ";" }.trimmingBlanks().lowercased() }
                ?? "text/plain"
        }

        /// The content as text, or nil if it is not UTF-8.
        public var text: String? { String(validating: body, as: UTF8.self) }

        /// The name of the file without folders and control characters, and without dots at its beginning. Nil if
        /// nothing is left.
        public var safeFilename: String? {
            let last = filename?.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last ?? ""
            let scalars = last.unicodeScalars.filter {
                $0.properties.generalCategory != .control && $0.value != 0
            }
            let name = String(String.UnicodeScalarView(scalars)).drop { $0 == "." || $0 == " " }
            // The longest name of a file has 255 bytes.
            var short = name
            while short.utf8.count > 255 { short.removeLast() }
            return short.isEmpty ? nil : String(short)
        }
    }

    /// The parts in their order.
    public let parts: [Part]

    /// The first part of a name, or nil.
    public subscript(name: String) -> Part? { parts.first { $0.name == name } }

    /// Parses a body.
    ///
    /// - Throws: A `Problem` of status 415 if the type is not `multipart/form-data` with a boundary, 400 if the body
    ///   is malformed, and 413 if it exceeds the limits.
    public init(_ body: [UInt8], contentType: String, limits: Limits = Limits()) throws(Problem) {
        let boundary = try Self.boundary(contentType)
        let delimiter = Array("\r\n--".utf8) + boundary
        guard let first = Self.start(body, Array(delimiter.dropFirst(2))) else {
            throw Problem(400, "The multipart body does not begin with its boundary.")
        }
        var (parts, at) = ([Part](), first)
        while true {
            // After a boundary: "--" ends the body, CR LF begins a part.
            while at < body.count, Characters.isBlank(body[at]) { at += 1 }
            if body[at...].starts(with: "--".utf8) { break }
            guard body[at...].starts(with: "\r\n".utf8) else {
                throw Problem(400, "A boundary of the multipart body is not followed by a line break.")
            }
            guard parts.count < limits.parts else {
                throw Problem(413, "The multipart body has more than \(limits.parts) parts.")
            }
            at += 2
            let (headers, content) = try Self.headers(body, from: at, limits: limits)
            // The content may be empty, so that its line break before the boundary is that of the header.
            guard let end = Self.find(delimiter, in: body, from: content - 2) else {
                throw Problem(400, "The multipart body ends within a part.")
            }
            guard end - content <= limits.partBytes else {
                throw Problem(
                    413, "A part of the multipart body is longer than \(shown(bytes: limits.partBytes)).")
            }
            guard let disposition = headers["Content-Disposition"].flatMap(ContentDisposition.init),
                disposition.kind == "form-data", let name = disposition.name
            else {
                throw Problem(
                    400, "A part of the multipart body has no Content-Disposition: form-data with a name.")
            }
            parts.append(
                Part(
                    headers: headers, name: name, filename: disposition.filename,
                    body: body[content..<max(content, end)]))
            at = end + delimiter.count
        }
        self.parts = parts
    }

    private static func boundary(_ contentType: String) throws(Problem) -> [UInt8] {
        let problem = Problem(
            415,
            "The body is \(shown(contentType)). It must be multipart/form-data with a boundary of 1 to 70 characters."
        )
        let parts = contentType.split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].trimmingBlanks().lowercased() == "multipart/form-data",
            // The parameters have the form of those of Content-Disposition.
            let boundary = ContentDisposition("form-data;" + parts[1])?.parameters["boundary"],
            (1...70).contains(boundary.utf8.count), boundary.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F })
        else { throw problem }
        return Array(boundary.utf8)
    }

    /// Returns the position after the first boundary, before which there may be a preamble.
    private static func start(_ body: [UInt8], _ delimiter: [UInt8]) -> Int? {
        if body.starts(with: delimiter) { return delimiter.count }
        return find([0x0D, 0x0A] + delimiter, in: body, from: 0).map { $0 + 2 + delimiter.count }
    }

    private static func headers(
        _ body: [UInt8], from start: Int, limits: Limits
    ) throws(Problem) -> (Headers, content: Int) {
        var (headers, at) = (Headers(), start)
        while true {
            guard let end = find([0x0D, 0x0A], in: body, from: at), end - start <= limits.headerBytes else {
                let isLong = body.count - start > limits.headerBytes
                throw isLong
                    ? Problem(413, "The header of a part is longer than \(shown(bytes: limits.headerBytes)).")
                    : Problem(400, "The multipart body ends within the header of a part.")
            }
            if end == at { return (headers, end + 2) }
            let line = Array(body[at..<end])
            let added: Result<Headers, Problem> = line.withUnsafeBufferPointer { buffer in
                var copy = headers
                do throws(Problem) { try copy.add(line: buffer[...]) } catch { return .failure(error) }
                return .success(copy)
            }
            headers = try added.get()
            at = end + 2
        }
    }

    /// Returns where `pattern` begins, or nil.
    private static func find(_ pattern: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
        bytes.withUnsafeBufferPointer { bytes in
            pattern.withUnsafeBufferPointer { pattern in
                guard let base = bytes.baseAddress, let wanted = pattern.baseAddress else { return nil }
                var at = start
                while bytes.count - at >= pattern.count {
                    let room = bytes.count - at - pattern.count + 1
                    guard let found = memchr(base + at, Int32(pattern[0]), room) else { return nil }
                    at = base.distance(to: found.assumingMemoryBound(to: UInt8.self))
                    if memcmp(base + at, wanted, pattern.count) == 0 { return at }
                    at += 1
                }
                return nil
            }
        }
    }
}
