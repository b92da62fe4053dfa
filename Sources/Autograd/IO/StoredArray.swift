/// A validated array in a file, which can be converted to a tensor or to indices.
struct StoredArray: Sendable {
    let bytes: FileBytes
    /// The byte range of the elements: the size of `type` times the number of elements.
    let range: Range<Int>
    let type: ElementType
    let shape: [Int]
    /// Whether the elements are big-endian.
    var isSwapped = false
    /// Whether the array is in column-major order.
    var isFortran = false

    private var count: Int { shape.elementCount }

    /// The elements as `Real`, without a copy if the file stores them in that form.
    func tensor() -> Tensor {
        if isFortran && shape.count > 1 {
            let flat = StoredArray(
                bytes: bytes, range: range, type: type, shape: [count], isSwapped: isSwapped)
            return flat.tensor().withElements { source in
                Tensor(shape: shape) { target in
                    eachFortranOffset { offset, i in target[i] = source[offset] }
                }
            }
        }
        return bytes.withBytes(range) { raw in
            guard let base = raw.baseAddress, count > 0 else { return Tensor(shape: shape) { _ in } }
            let aligned = UInt(bitPattern: base) % UInt(MemoryLayout<Real>.alignment) == 0
            if type == .real && !isSwapped && aligned {
                let elements = base.assumingMemoryBound(to: Real.self)
                return Tensor(shape: shape, storage: Storage(borrowing: elements, count: count, owner: bytes))
            }
            return Tensor(shape: shape) { decode(base, $0) }
        }
    }

    /// The elements as integers, or the position of the first one that is too large.
    func integers() -> (values: [Int], tooLarge: Int?) {
        var tooLarge: Int?
        var flat = bytes.withBytes(range) { raw -> [Int] in
            guard let base = raw.baseAddress else { return [] }
            switch type {
            case .bool: return whole(base, UInt8.self) { $0 == 0 ? 0 : 1 }
            case .u8: return whole(base, UInt8.self) { Int($0) }
            case .i8: return whole(base, Int8.self) { Int($0) }
            case .u16: return whole(base, UInt16.self) { Int($0) }
            case .i16: return whole(base, Int16.self) { Int($0) }
            case .u32: return whole(base, UInt32.self) { Int($0) }
            case .i32: return whole(base, Int32.self) { Int($0) }
            case .i64: return whole(base, Int64.self) { Int($0) }
            case .u64:
                let words = whole(base, UInt64.self) { Int(bitPattern: UInt($0)) }
                tooLarge = words.firstIndex { $0 < 0 }
                return words
            case .f16, .bf16, .f32, .f64: fail("StoredArray.integers: elements of type \(type.rawValue)")
            }
        }
        if isFortran && shape.count > 1 {
            let source = flat
            eachFortranOffset { offset, i in flat[i] = source[offset] }
        }
        return (flat, tooLarge)
    }

    private func decode(_ base: UnsafeRawPointer, _ target: UnsafeMutablePointer<Real>) {
        switch type {
        case .bool: each(base, target, UInt8.self) { $0 == 0 ? 0 : 1 }
        case .u8: each(base, target, UInt8.self) { Real($0) }
        case .i8: each(base, target, Int8.self) { Real($0) }
        case .u16: each(base, target, UInt16.self) { Real($0) }
        case .i16: each(base, target, Int16.self) { Real($0) }
        case .u32: each(base, target, UInt32.self) { Real($0) }
        case .i32: each(base, target, Int32.self) { Real($0) }
        case .u64: each(base, target, UInt64.self) { Real($0) }
        case .i64: each(base, target, Int64.self) { Real($0) }
        case .f16: each(base, target, UInt16.self) { Real(floatFromHalf($0)) }
        case .bf16: each(base, target, UInt16.self) { Real(floatFromBrain($0)) }
        case .f32: each(base, target, UInt32.self) { Real(Float(bitPattern: $0)) }
        case .f64: each(base, target, UInt64.self) { Real(Double(bitPattern: $0)) }
        }
    }

    @inline(__always)
    private func each<Bits: FixedWidthInteger>(
        _ base: UnsafeRawPointer, _ target: UnsafeMutablePointer<Real>, _ bits: Bits.Type,
        _ convert: (Bits) -> Real
    ) {
        let source = RawSource(base)
        Parallel.elements(count) { range in
            if isSwapped {
                for i in range { target[i] = convert(source.load(i, as: bits).byteSwapped) }
            } else {
                for i in range { target[i] = convert(source.load(i, as: bits)) }
            }
        }
    }

    @inline(__always)
    private func whole<Bits: FixedWidthInteger>(
        _ base: UnsafeRawPointer, _ bits: Bits.Type, _ convert: (Bits) -> Int
    ) -> [Int] {
        let source = RawSource(base)
        return (0..<count).map {
            let found = source.load($0, as: bits)
            return convert(isSwapped ? found.byteSwapped : found)
        }
    }

    /// Calls `body` for each row-major position with the corresponding offset in a column-major array.
    private func eachFortranOffset(_ body: (_ offset: Int, _ position: Int) -> Void) {
        var strides = [Int](repeating: 1, count: shape.count)
        for axis in 1..<shape.count { strides[axis] = strides[axis - 1] * shape[axis - 1] }
        var index = [Int](repeating: 0, count: shape.count)
        var offset = 0
        for position in 0..<count {
            body(offset, position)
            var axis = shape.count - 1
            while axis >= 0 {
                index[axis] += 1
                offset += strides[axis]
                if index[axis] < shape[axis] { break }
                offset -= strides[axis] * shape[axis]
                index[axis] = 0
                axis -= 1
            }
        }
    }
}

/// A contiguous array of elements at an unaligned address.
private struct RawSource {
    private let base: UnsafeRawPointer

    init(_ base: UnsafeRawPointer) { self.base = base }

    @inline(__always)
    func load<Bits: FixedWidthInteger>(_ i: Int, as bits: Bits.Type) -> Bits {
        base.loadUnaligned(fromByteOffset: i * MemoryLayout<Bits>.size, as: bits)
    }
}

/// Returns the element count and size in bytes of a shape that was read from a file, or nil if they exceed the
/// address space. Axes of size 0 do not hide the other axes.
func checkedSize(_ shape: [Int], _ elementSize: Int) -> (count: Int, bytes: Int)? {
    // The largest element type used in conversions must fit as well.
    var full = 8
    var isEmpty = false
    for size in shape {
        if size == 0 { isEmpty = true }
        let (product, overflow) = full.multipliedReportingOverflow(by: Swift.max(size, 1))
        if overflow || size < 0 { return nil }
        full = product
    }
    let count = isEmpty ? 0 : full / 8
    return (count, count * elementSize)
}

/// The maximum number of axes of a tensor in a file, as in NumPy.
let mostAxes = 64
