import Foundation

/// One array in a file in NumPy's npy format.
///
/// Read: formats 1 to 3 with elements of type f2, f4, f8, i1 to i8, u1 to u8 and bool in either byte order, row- or
/// column-major. Elements of the type of `Real` lie in the mapped file and keep it alive (see `SafeTensors`).
public enum Npy {
    /// A tensor from a file; other types than that of `Real` are converted. Throws a `FileError` where the file cannot
    /// be read or is damaged.
    public static func read(_ path: String, mapped: Bool = true) throws -> Tensor {
        try stored(FileBytes.open(path, mapped: mapped)).tensor()
    }

    /// Whole numbers from a file; throws where it holds floating-point numbers.
    public static func readIndices(_ path: String) throws -> Indices {
        try stored(FileBytes.open(path, mapped: true)).indices(place: "array")
    }

    /// A tensor from the bytes of a file; `name` stands for the path in messages.
    public static func read(bytes: some ContiguousBytes, name: String = "bytes in memory") throws -> Tensor {
        try stored(FileBytes.copy(bytes, name: name)).tensor()
    }

    /// Whole numbers from the bytes of a file.
    public static func readIndices(bytes: some ContiguousBytes, name: String = "bytes in memory") throws
        -> Indices
    {
        try stored(FileBytes.copy(bytes, name: name)).indices(place: "array")
    }

    /// Writes a tensor as F32 or F64, by default the type of `Real`. Where that fails, an old file stays as it is.
    public static func write(_ tensor: Tensor, to path: String, as type: ElementType = .real) throws {
        try write(StoredElements(tensor, as: type, "Npy.write"), to: path)
    }

    /// Writes whole numbers as I64.
    public static func write(_ indices: Indices, to path: String) throws {
        try write(StoredElements(indices), to: path)
    }

    /// The bytes that `write` writes.
    public static func encode(_ tensor: Tensor, as type: ElementType = .real) throws -> [UInt8] {
        try encode(StoredElements(tensor, as: type, "Npy.encode"))
    }

    /// The bytes that `write` writes.
    public static func encode(_ indices: Indices) throws -> [UInt8] { try encode(StoredElements(indices)) }

    static func encode(_ elements: StoredElements) throws -> [UInt8] {
        var bytes = NpyHeader.encode(elements)
        bytes.reserveCapacity(bytes.count + elements.byteCount)
        try elements.write { bytes += $0 }
        return bytes
    }

    private static func write(_ elements: StoredElements, to path: String) throws {
        try AtomicFile.write(to: path) { append in
            try NpyHeader.encode(elements).withUnsafeBytes(append)
            try elements.write(append)
        }
    }

    /// Writes an array of Float that is too large to be held at once: `body` appends its parts in order, as many numbers
    /// in all as the shape says. Where that fails, an old file stays as it is.
    package static func write(
        shape: [Int], to path: String, _ body: (_ append: ([Float]) throws -> Void) throws -> Void
    ) throws {
        try AtomicFile.write(to: path) { append in
            try NpyHeader.encode(.f32, shape).withUnsafeBytes(append)
            var count = 0
            try withoutActuallyEscaping(append) { append in
                try body { numbers in
                    count += numbers.count
                    try numbers.withUnsafeBytes(append)
                }
            }
            require(
                count == shape.reduce(1, *), "Npy.write: \(count) numbers appended for the shape \(shape)")
        }
    }

    private static func stored(_ bytes: FileBytes) throws -> StoredArray {
        try NpyHeader.read(bytes, 0..<bytes.count, context: "header")
    }
}
