import Foundation

/// What is wrong with a golden file or case.
struct GoldenError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// A tensor as it stands in a golden file.
struct GoldenTensor: Sendable {
    enum Kind: Sendable {
        case float, integer, bool
    }

    let kind: Kind
    let shape: [Int]
    /// Every kind fits exactly.
    let values: [Double]
}

/// The tensors of a safetensors file. A reader of its own, so that the package's reader is not needed to judge the
/// operations.
struct GoldenTensors: Sendable {
    let byName: [String: GoldenTensor]

    init(contentsOf url: URL) throws {
        let data = [UInt8](try Data(contentsOf: url))
        let name = url.lastPathComponent
        guard data.count >= 8 else { throw GoldenError("\(name): shorter than its 8 bytes of length") }
        let length = data[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
        guard length <= data.count - 8 else { throw GoldenError("\(name): its header is cut off") }
        let header = try JSONDecoder().decode([String: JSONValue].self, from: Data(data[8..<8 + length]))
        var byName: [String: GoldenTensor] = [:]
        for (key, entry) in header where key != "__metadata__" {
            guard let entry = entry.object, let type = entry["dtype"]?.string,
                let shape = entry["shape"]?.array?.compactMap(\.int),
                let offsets = entry["data_offsets"]?.array?.compactMap(\.int), offsets.count == 2,
                offsets[0] <= offsets[1], 8 + length + offsets[1] <= data.count
            else { throw GoldenError("\(name): a malformed entry for \(key)") }
            let bytes = data[(8 + length + offsets[0])..<(8 + length + offsets[1])]
            let (kind, values) = try Self.numbers(bytes, type, "\(name): \(key)")
            guard values.count == shape.reduce(1, *) else {
                throw GoldenError("\(name): \(key) has \(values.count) elements for shape \(shape)")
            }
            byName[key] = GoldenTensor(kind: kind, shape: shape, values: values)
        }
        self.byName = byName
    }

    private static func numbers(
        _ bytes: ArraySlice<UInt8>, _ type: String, _ place: String
    ) throws -> (GoldenTensor.Kind, [Double]) {
        func words() -> [UInt32] {
            stride(from: bytes.startIndex, to: bytes.endIndex - 3, by: 4).map { at in
                UInt32(bytes[at]) | UInt32(bytes[at + 1]) << 8 | UInt32(bytes[at + 2]) << 16
                    | UInt32(bytes[at + 3]) << 24
            }
        }
        switch type {
        case "F32": return (.float, words().map { Double(Float(bitPattern: $0)) })
        case "I32": return (.integer, words().map { Double(Int32(bitPattern: $0)) })
        case "U8": return (.bool, bytes.map { Double($0) })
        default: throw GoldenError("\(place): unexpected dtype \(type)")
        }
    }
}
