import Foundation

/// Named arrays in one file: a zip archive of npy files, as written by `numpy.savez` and `numpy.savez_compressed`.
public struct Npz: Sendable {
    /// The names of the arrays in archive order.
    public let names: [String]
    private let archive: ZipArchive
    private let positions: [String: Int]

    /// Opens a file. Throws a `FileError` if it cannot be read or is corrupted. The arrays are checked when they
    /// are read.
    public init(contentsOf path: String, mapped: Bool = true) throws {
        try self.init(FileBytes.open(path, mapped: mapped))
    }

    /// Reads the bytes of a file, which are copied. `name` replaces the path in error messages.
    public init(bytes: some ContiguousBytes, name: String = "bytes in memory") throws {
        try self.init(FileBytes.copy(bytes, name: name))
    }

    private init(_ bytes: FileBytes) throws {
        archive = try ZipArchive(bytes)
        var names: [String] = []
        var positions: [String: Int] = [:]
        for (position, member) in archive.members.enumerated() where member.name.hasSuffix(".npy") {
            names.append(String(member.name.dropLast(4)))
            positions[String(member.name.dropLast(4))] = position
        }
        (self.names, self.positions) = (names, positions)
    }

    /// Returns whether the file contains an array with this name.
    public func contains(_ name: String) -> Bool { positions[name] != nil }

    /// Returns an array by name, with its elements converted to `Real`. Throws if there is no such array or its
    /// bytes are corrupted.
    public func tensor(_ name: String) throws -> Tensor { try stored(name).tensor() }

    /// Returns integers by name. Also throws if the elements are floating-point numbers.
    public func indices(_ name: String) throws -> Indices {
        try stored(name).indices(place: "array \"\(name)\"")
    }

    /// Writes arrays uncompressed in the given order. Output is deterministic and limited to 4 GB; use
    /// `SafeTensors` for larger files. Indices are written as I64. If writing fails, an existing file is unchanged.
    public static func write(
        _ tensors: KeyValuePairs<String, Tensor>, indices: KeyValuePairs<String, Indices> = [:],
        as type: ElementType = .real, to path: String
    ) throws {
        try write(
            tensors.map { ($0.key, $0.value) }, indices: indices.map { ($0.key, $0.value) }, as: type,
            to: path)
    }

    /// Writes arrays in the given order; see the other overload.
    public static func write(
        _ tensors: [(String, Tensor)], indices: [(String, Indices)] = [], as type: ElementType = .real,
        to path: String
    ) throws {
        try AtomicFile.write(to: path) { append in try write(tensors, indices, type, path, append) }
    }

    /// Returns the bytes that `write` would write.
    public static func encode(
        _ tensors: [(String, Tensor)], indices: [(String, Indices)] = [], as type: ElementType = .real
    ) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try write(tensors, indices, type, "bytes in memory") { bytes += $0 }
        return bytes
    }

    private static func write(
        _ tensors: [(String, Tensor)], _ indices: [(String, Indices)], _ type: ElementType, _ file: String,
        _ append: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var writer = ZipWriter(file: file)
        for (name, tensor) in tensors {
            try writer.add(name + ".npy", Npy.encode(StoredElements(tensor, as: type, "Npz.write")), append)
        }
        for (name, indices) in indices { try writer.add(name + ".npy", Npy.encode(indices), append) }
        try writer.finish(append)
    }

    private func stored(_ name: String) throws -> StoredArray {
        guard let position = positions[name] else {
            let some = names.prefix(8).joined(separator: ", ") + (names.count > 8 ? ", ..." : "")
            throw FileError(
                file: archive.bytes.name, place: "array \"\(name)\"", found: "no such array",
                allowed: "one of the \(names.count) in the file" + (some.isEmpty ? "" : ": \(some)"))
        }
        let member = archive.members[position]
        let (bytes, range) = try archive.content(member)
        return try NpyHeader.read(bytes, range, context: "member \"\(member.name)\"")
    }
}
