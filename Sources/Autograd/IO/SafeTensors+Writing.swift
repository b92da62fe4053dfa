extension SafeTensors {
    /// Writes tensors atomically in the given order. The output is deterministic.
    ///
    /// - Parameters:
    ///   - tensors: The tensors by name.
    ///   - indices: Indices by name, written as I64.
    ///   - metadata: Text by key, written in the order of the keys.
    ///   - type: F32 or F64. The default is the type of `Real`.
    ///   - path: The path of the file.
    /// - Throws: A `FileError` if the file cannot be written (an existing file is then unchanged) or if a name occurs
    ///   twice.
    public static func write(
        _ tensors: KeyValuePairs<String, Tensor>, indices: KeyValuePairs<String, Indices> = [:],
        metadata: [String: String] = [:], as type: ElementType = .real, to path: String
    ) throws {
        try write(
            tensors.map { ($0.key, $0.value) }, indices: indices.map { ($0.key, $0.value) },
            metadata: metadata,
            as: type, to: path)
    }

    /// Writes tensors in the given order; see the other overload. Indices are written as I64.
    public static func write(
        _ tensors: [(String, Tensor)], indices: [(String, Indices)] = [], metadata: [String: String] = [:],
        as type: ElementType = .real, to path: String
    ) throws {
        let plan = try WritingPlan(tensors, indices, metadata, type, file: path)
        try AtomicFile.write(to: path, plan.write)
    }

    /// Returns the bytes that `write` would write.
    public static func encode(
        _ tensors: [(String, Tensor)], indices: [(String, Indices)] = [], metadata: [String: String] = [:],
        as type: ElementType = .real
    ) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try WritingPlan(tensors, indices, metadata, type, file: "bytes in memory").write { bytes += $0 }
        return bytes
    }
}

/// The header and the elements that follow it.
private struct WritingPlan {
    private let header: [UInt8]
    private let elements: [StoredElements]

    init(
        _ tensors: [(String, Tensor)], _ indices: [(String, Indices)], _ metadata: [String: String],
        _ type: ElementType, file: String
    ) throws {
        var items = tensors.map { ($0, StoredElements($1, as: type, "SafeTensors.write")) }
        // Wide elements first, so that all elements are aligned.
        items.insert(contentsOf: indices.map { ($0, StoredElements($1)) }, at: 0)
        var names: Set<String> = [SafeTensorsHeader.metadataKey]
        var members: [String] = []
        if !metadata.isEmpty {
            let keys = metadata.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            let pairs = keys.map { "\(json($0)):\(json(metadata[$0] ?? ""))" }
            members.append("\(json(SafeTensorsHeader.metadataKey)):{\(pairs.joined(separator: ","))}")
        }
        var offset = 0
        for (name, elements) in items {
            guard names.insert(name).inserted else {
                throw FileError(
                    file: file, place: "writing tensor \"\(name)\"", found: "a duplicate name",
                    allowed: "each name once, and not \(SafeTensorsHeader.metadataKey)")
            }
            let shape = elements.shape.map(String.init).joined(separator: ",")
            let end = offset + elements.byteCount
            members.append(
                "\(json(name)):{\"dtype\":\"\(elements.type.rawValue)\",\"shape\":[\(shape)],"
                    + "\"data_offsets\":[\(offset),\(end)]}")
            offset = end
        }
        var text = Array("{\(members.joined(separator: ","))}".utf8)
        while text.count % 8 != 0 { text.append(UInt8(ascii: " ")) }
        guard text.count <= SafeTensorsHeader.mostBytes else {
            throw FileError(
                file: file, place: "writing the header", found: "\(grouped(text.count)) bytes",
                allowed: "at most \(grouped(SafeTensorsHeader.mostBytes))")
        }
        header = text
        elements = items.map(\.1)
    }

    func write(_ append: (UnsafeRawBufferPointer) throws -> Void) throws {
        try withUnsafeBytes(of: UInt64(header.count).littleEndian, append)
        try header.withUnsafeBytes(append)
        for elements in elements { try elements.write(append) }
    }
}

/// Returns text as a JSON string.
private func json(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": result += "\\\""
        case "\\": result += "\\\\"
        case "\u{0}"..<"\u{20}":
            let digits = String(scalar.value, radix: 16)
            result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result + "\""
}
