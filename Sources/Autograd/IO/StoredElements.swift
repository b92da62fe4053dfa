/// Elements to write to a file: a tensor in its own element type, or integers as I64.
struct StoredElements {
    let type: ElementType
    let shape: [Int]
    private let content: Content

    private enum Content {
        case tensor(Tensor)
        case indices(Indices)
    }

    init(_ tensor: Tensor, as type: ElementType, _ operation: StaticString) {
        require(
            type == .f32 || type == .f64, "\(operation): cannot write as \(type.rawValue); allowed: F32, F64")
        self.type = type
        shape = tensor.shape
        content = .tensor(tensor)
    }

    init(_ indices: Indices) {
        type = .i64
        shape = indices.shape
        content = .indices(indices)
    }

    var byteCount: Int { shape.elementCount * type.size }

    /// Passes the elements to `append` in chunks, in little-endian row-major order.
    func write(_ append: (UnsafeRawBufferPointer) throws -> Void) throws {
        switch content {
        case .indices(let indices): try indices.values.withUnsafeBytes(append)
        case .tensor(let tensor):
            try tensor.withElements { elements in
                let elements = UnsafeBufferPointer(start: elements, count: tensor.count)
                if type == .real { return try append(UnsafeRawBufferPointer(elements)) }
                if type == .f32 {
                    try convert(elements, to: Float.self, append)
                } else {
                    try convert(elements, to: Double.self, append)
                }
            }
        }
    }

    private func convert<Number: BinaryFloatingPoint>(
        _ elements: UnsafeBufferPointer<Real>, to type: Number.Type,
        _ append: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let piece = 1 << 16
        for start in stride(from: 0, to: elements.count, by: piece) {
            let converted = elements[start..<Swift.min(elements.count, start + piece)].map { Number($0) }
            try converted.withUnsafeBytes(append)
        }
    }
}
