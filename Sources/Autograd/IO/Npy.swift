import Foundation

/// A single array in NumPy's npy format.
///
/// Supports formats 1 to 3 with element types f2, f4, f8, i1 to i8, u1 to u8 and bool, in either byte order and in
/// row-major or column-major order. Elements of the type of `Real` stay in the mapped file and retain it (see
/// `SafeTensors`).
public enum Npy {
    /// Reads a tensor from a file and converts the elements to `Real`. Throws a `FileError` if the file cannot be
    /// read or is corrupted.
    public static func read(_ path: String, mapped: Bool = true) throws -> Tensor {
        try stored(FileBytes.open(path, mapped: mapped)).tensor()
    }

    /// Reads integers from a file. Throws if the file holds floating-point numbers.
    public static func readIndices(_ path: String) throws -> Indices {
        try stored(FileBytes.open(path, mapped: true)).indices(place: "array")
    }

    /// Reads a tensor from the bytes of a file. `name` replaces the path in error messages.
    public static func read(bytes: some ContiguousBytes, name: String = "bytes in memory") throws -> Tensor {
        try stored(FileBytes.copy(bytes, name: name)).tensor()
    }

    /// Reads integers from the bytes of a file.
    public static func readIndices(bytes: some ContiguousBytes, name: String = "bytes in memory") throws
        -> Indices
    {
        try stored(FileBytes.copy(bytes, name: name)).indices(place: "array")
    }

    /// Writes a tensor as F32 or F64, by default in the type of `Real`. If writing fails, an existing file is
    /// unchanged.
    public static func write(_ tensor: Tensor, to path: String, as type: ElementType = .real) throws {
        try write(StoredElements(tensor, as: type, "Npy.write"), to: path)
    }

    /// Writes integers as I64.
    public static func write(_ indices: Indices, to path: String) throws {
        try write(StoredElements(indices), to: path)
    }

    /// Returns the bytes that `write` would write.
    public static func encode(_ tensor: Tensor, as type: ElementType = .real) throws -> [UInt8] {
        try encode(StoredElements(tensor, as: type, "Npy.encode"))
    }

    /// Returns the bytes that `write` would write.
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

    /// Writes a Float array that is too large to hold in memory. `body` appends its elements in order; their number
    /// must match the shape. If writing fails, an existing file is unchanged.
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
                count == shape.reduce(1, *), "Npy.write: \(count) elements appended for shape \(shape)")
        }
    }

    private static func stored(_ bytes: FileBytes) throws -> StoredArray {
        try NpyHeader.read(bytes, 0..<bytes.count, context: "header")
    }
}
