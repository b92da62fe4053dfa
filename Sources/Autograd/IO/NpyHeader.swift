/// The header of an npy file: a magic string, a version, a length, and a Python dictionary as text.
enum NpyHeader {
    private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
    /// Far more than any array without structured fields needs.
    private static let mostBytes = 1 << 20
    private static let types: [String: ElementType] = [
        "b1": .bool, "i1": .i8, "u1": .u8, "i2": .i16, "u2": .u16, "f2": .f16, "i4": .i32, "u4": .u32,
        "f4": .f32,
        "i8": .i64, "u8": .u64, "f8": .f64,
    ]

    /// Reads the array in a range of the file. The array must fill the range.
    static func read(_ bytes: FileBytes, _ range: Range<Int>, context: String) throws -> StoredArray {
        let start = range.lowerBound
        func error(_ place: Int, _ found: String, allowed: String) -> FileError {
            FileError(file: bytes.name, place: "\(context), byte \(place)", found: found, allowed: allowed)
        }
        guard range.count >= 10 else {
            throw error(start, "\(range.count) bytes", allowed: "at least 10, with the length of the header")
        }
        guard bytes.array(start..<start + 6) == magic else {
            throw error(start, "another kind of file", allowed: "0x93 \"NUMPY\"")
        }
        let version = bytes.number(at: start + 6, as: UInt8.self)
        let minor = bytes.number(at: start + 7, as: UInt8.self)
        guard (1...3).contains(version), minor == 0 else {
            throw error(start + 6, "format \(version).\(minor)", allowed: "1.0, 2.0, 3.0")
        }
        let textStart = start + (version == 1 ? 10 : 12)
        guard textStart <= range.upperBound else {
            throw error(
                start + 8, "\(range.count) bytes", allowed: "at least 12, with the length of the header")
        }
        let length =
            version == 1
            ? Int(bytes.number(at: start + 8, as: UInt16.self))
            : Int(bytes.number(at: start + 8, as: UInt32.self))
        let most = Swift.min(range.upperBound - textStart, mostBytes)
        guard length <= most else {
            throw error(
                start + 8, "a header of \(grouped(length)) bytes", allowed: "at most \(grouped(most))")
        }
        let dataStart = textStart + length
        var scanner = HeaderScanner(bytes.array(textStart..<dataStart), file: bytes.name, start: textStart)
        scanner.context = context
        let (type, isSwapped, isFortran, shape) = try dictionary(&scanner)
        guard let size = checkedSize(shape, type.size) else {
            throw scanner.error("shape \(shape)", allowed: "a size that fits in memory")
        }
        guard range.upperBound - dataStart == size.bytes else {
            throw error(
                dataStart, "\(grouped(range.upperBound - dataStart)) bytes of data",
                allowed: "\(grouped(size.bytes)) for \(type.rawValue) of shape \(shape)")
        }
        return StoredArray(
            bytes: bytes, range: dataStart..<range.upperBound, type: type, shape: shape, isSwapped: isSwapped,
            isFortran: isFortran)
    }

    /// Writes format 1.0, padded so that the data starts at a multiple of 64 bytes, as NumPy does.
    static func encode(_ elements: StoredElements) -> [UInt8] { encode(elements.type, elements.shape) }

    static func encode(_ type: ElementType, _ shape: [Int]) -> [UInt8] {
        let type = type == .i64 ? "i8" : type == .f64 ? "f8" : "f4"
        let sizes = shape.map(String.init)
        let shape = sizes.count == 1 ? "(\(sizes[0]),)" : "(\(sizes.joined(separator: ", ")))"
        var text = Array("{'descr': '<\(type)', 'fortran_order': False, 'shape': \(shape), }".utf8)
        while (text.count + 11) % 64 != 0 { text.append(UInt8(ascii: " ")) }
        text.append(UInt8(ascii: "\n"))
        return magic + [1, 0, UInt8(text.count & 0xFF), UInt8(text.count >> 8)] + text
    }

    private static func dictionary(
        _ scanner: inout HeaderScanner
    ) throws -> (type: ElementType, isSwapped: Bool, isFortran: Bool, shape: [Int]) {
        var type: (ElementType, isSwapped: Bool)?
        var isFortran: Bool?
        var shape: [Int]?
        let context = scanner.context
        try scanner.expect("{")
        while !scanner.take("}") {
            let key = try scanner.pythonString()
            try scanner.expect(":")
            scanner.context = "\(context), key '\(key)'"
            switch key {
            case "descr" where type == nil: type = try elementType(&scanner)
            case "fortran_order" where isFortran == nil: isFortran = try scanner.pythonBool()
            case "shape" where shape == nil: shape = try scanner.pythonTuple(most: mostAxes)
            default:
                throw scanner.error("'\(key)'", allowed: "'descr', 'fortran_order' and 'shape', each once")
            }
            scanner.context = context
            if !scanner.take(",") {
                try scanner.expect("}")
                break
            }
        }
        scanner.skipSpaces()
        if !scanner.isAtEnd { throw scanner.error(scanner.found, allowed: "only spaces after the \"}\"") }
        guard let type, let isFortran, let shape else {
            let missing = type == nil ? "descr" : isFortran == nil ? "fortran_order" : "shape"
            throw scanner.error("no key '\(missing)'", allowed: "'descr', 'fortran_order' and 'shape'")
        }
        return (type.0, type.isSwapped, isFortran, shape)
    }

    private static func elementType(_ scanner: inout HeaderScanner) throws -> (ElementType, isSwapped: Bool) {
        let text = try scanner.pythonString()
        let order = text.first
        guard let type = types[String(text.dropFirst())],
            order == "<" || order == ">" || order == "=" || order == "|" && type.size == 1
        else {
            throw scanner.error(
                "'\(text)'", allowed: "f2, f4, f8, i1, i2, i4, i8, u1, u2, u4, u8, b1 after '<', '>' or '|'")
        }
        return (type, order == ">" && type.size > 1)
    }
}

extension HeaderScanner {
    fileprivate mutating func pythonString() throws -> String {
        if take("'") { return try plainString(quote: UInt8(ascii: "'")) }
        if take("\"") { return try plainString(quote: UInt8(ascii: "\"")) }
        throw error(found, allowed: "a string in quotes")
    }

    fileprivate mutating func pythonBool() throws -> Bool {
        if take(word: "True") { return true }
        if take(word: "False") { return false }
        throw error(found, allowed: "True, False")
    }

    /// Reads a tuple of at most `most` integers. Python 2 wrote some of them as 3L.
    fileprivate mutating func pythonTuple(most: Int) throws -> [Int] {
        try expect("(")
        var numbers: [Int] = []
        while !take(")") {
            guard numbers.count < most else { throw error("more numbers", allowed: "at most \(most)") }
            numbers.append(try wholeNumber())
            _ = take(word: "L")
            if !take(",") {
                if numbers.count == 1 { throw error(found, allowed: "\",\"") }
                try expect(")")
                break
            }
        }
        return numbers
    }
}
