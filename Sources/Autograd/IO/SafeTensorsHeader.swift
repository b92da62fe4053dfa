/// The header of a safetensors file, validated against the file.
struct SafeTensorsHeader {
    /// The maximum header length of the reference implementation.
    static let mostBytes = 100_000_000
    static let metadataKey = "__metadata__"

    private(set) var entries: [SafeTensors.Entry] = []
    private(set) var metadata: [String: String] = [:]
    private(set) var positions: [String: Int] = [:]

    init(_ bytes: FileBytes) throws {
        let file = bytes.name
        guard bytes.count >= 8 else {
            throw FileError(
                file: file, place: "byte 0", found: "a file of \(bytes.count) bytes",
                allowed: "at least 8 bytes, the length of the header")
        }
        let length = bytes.number(at: 0, as: UInt64.self)
        let most = Swift.min(bytes.count - 8, Self.mostBytes)
        guard length <= UInt64(most) else {
            throw FileError(
                file: file, place: "header length, byte 0",
                found: grouped(length)
                    + (length > UInt64(Self.mostBytes)
                        ? " (not a safetensors file, or a corrupted one)" : ""),
                allowed: "at most \(grouped(most)) "
                    + (most == Self.mostBytes ? "in any file" : "in a file of \(grouped(bytes.count)) bytes"))
        }
        let dataStart = 8 + Int(length)
        var scanner = HeaderScanner(bytes.array(8..<dataStart), file: file, start: 8)
        guard scanner.next == UInt8(ascii: "{") else {
            throw scanner.error(scanner.found, allowed: "\"{\" as the first byte")
        }
        try read(&scanner, dataStart)
        try checkLayout(file, dataStart, bytes.count)
        for (position, entry) in entries.enumerated() { positions[entry.name] = position }
    }

    private mutating func read(_ scanner: inout HeaderScanner, _ dataStart: Int) throws {
        var names: Set<String> = []
        try scanner.object { scanner, name in
            guard names.insert(name).inserted else {
                throw scanner.error("a duplicate \"\(name)\"", allowed: "each name once")
            }
            if name == Self.metadataKey {
                scanner.context = "metadata"
                try scanner.object { scanner, key in
                    guard metadata[key] == nil else {
                        throw scanner.error("a duplicate \"\(key)\"", allowed: "each key once")
                    }
                    metadata[key] = try scanner.jsonString()
                }
            } else {
                scanner.context = "tensor \"\(name)\""
                entries.append(try Self.entry(&scanner, name, dataStart))
            }
            scanner.context = "header"
        }
        scanner.skipSpaces()
        if !scanner.isAtEnd {
            throw scanner.error(scanner.found, allowed: "only spaces after the last \"}\"")
        }
    }

    private static func entry(
        _ scanner: inout HeaderScanner, _ name: String, _ dataStart: Int
    ) throws -> SafeTensors.Entry {
        var type: ElementType?
        var shape: [Int]?
        var offsets: [Int]?
        let place = scanner.at
        let tensor = scanner.context
        try scanner.object { scanner, key in
            scanner.context = "\(tensor), key \"\(key)\""
            let isNew: Bool
            switch key {
            case "dtype":
                isNew = type == nil
                let text = try scanner.jsonString()
                type = ElementType(rawValue: text)
                guard type != nil else {
                    let all = ElementType.allCases.map(\.rawValue).joined(separator: ", ")
                    throw scanner.error("\"\(text)\"", allowed: all)
                }
            case "shape":
                isNew = shape == nil
                shape = try scanner.wholeNumbers(most: mostAxes)
            case "data_offsets":
                isNew = offsets == nil
                offsets = try scanner.wholeNumbers(most: 2)
            default: throw scanner.error("\"\(key)\"", allowed: "dtype, shape, data_offsets")
            }
            guard isNew else { throw scanner.error("a duplicate \"\(key)\"", allowed: "each key once") }
            scanner.context = tensor
        }
        guard let type, let shape, let offsets else {
            let missing = type == nil ? "dtype" : shape == nil ? "shape" : "data_offsets"
            throw scanner.error("no key \"\(missing)\"", allowed: "dtype, shape and data_offsets", at: place)
        }
        guard let size = checkedSize(shape, type.size) else {
            throw scanner.error("shape \(shape)", allowed: "a size that fits in memory", at: place)
        }
        guard offsets.count == 2, offsets[0] <= offsets[1], offsets[1] - offsets[0] == size.bytes else {
            throw scanner.error(
                "data_offsets \(offsets)",
                allowed:
                    "two with \(grouped(size.bytes)) bytes between them for \(type.rawValue) of shape \(shape)",
                at: place)
        }
        let (end, overflow) = offsets[1].addingReportingOverflow(dataStart)
        guard !overflow else {
            throw scanner.error("data_offsets \(offsets)", allowed: "inside the file", at: place)
        }
        return SafeTensors.Entry(name: name, type: type, shape: shape, bytes: dataStart + offsets[0]..<end)
    }

    /// Checks that the data of all tensors is contiguous from the header to the end of the file.
    private mutating func checkLayout(_ file: String, _ dataStart: Int, _ fileSize: Int) throws {
        entries.sort {
            ($0.bytes.lowerBound, $0.bytes.upperBound) < ($1.bytes.lowerBound, $1.bytes.upperBound)
        }
        var end = dataStart
        var previous = "the header"
        for entry in entries {
            let (begin, tensorEnd) = (entry.bytes.lowerBound, entry.bytes.upperBound)
            guard tensorEnd <= fileSize else {
                throw FileError(
                    file: file, place: "tensor \"\(entry.name)\", byte \(begin)",
                    found: "data up to byte \(grouped(tensorEnd))",
                    allowed: "up to \(grouped(fileSize)), the end of the file (is the file truncated?)")
            }
            guard begin == end else {
                throw FileError(
                    file: file, place: "tensor \"\(entry.name)\", byte \(begin)",
                    found: begin < end ? "data that overlaps \(previous)" : "a gap after \(previous)",
                    allowed: "data from byte \(end)")
            }
            end = tensorEnd
            previous = "tensor \"\(entry.name)\""
        }
        guard end == fileSize else {
            throw FileError(
                file: file, place: "byte \(end)",
                found: "\(grouped(fileSize - end)) bytes that belong to no tensor",
                allowed: "the end of the file after \(previous)")
        }
    }
}

extension HeaderScanner {
    /// Reads a JSON object and calls `member` with each key, before its value.
    mutating func object(_ member: (inout HeaderScanner, String) throws -> Void) throws {
        try expect("{")
        if take("}") { return }
        repeat {
            let key = try jsonString()
            try expect(":")
            try member(&self, key)
        } while take(",")
        try expect("}")
    }

    /// Reads a JSON array of at most `most` integers.
    mutating func wholeNumbers(most: Int) throws -> [Int] {
        try expect("[")
        var numbers: [Int] = []
        if take("]") { return numbers }
        repeat {
            guard numbers.count < most else { throw error("more numbers", allowed: "at most \(most)") }
            numbers.append(try wholeNumber())
        } while take(",")
        try expect("]")
        return numbers
    }
}
