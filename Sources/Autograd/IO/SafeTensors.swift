import Foundation

/// Named tensors in one file, in Hugging Face's safetensors format.
///
/// The file is memory-mapped: opening a large file is instant, and only the tensors that are used are read from
/// disk. Tensors of the type of `Real` stay in the mapping and retain it. While it is in use, the file may be
/// replaced (as `write` does) or deleted, but must not be modified in place. If that may happen, pass `mapped:
/// false`.
public struct SafeTensors: Sendable {
    /// The header entry of a tensor.
    public struct Entry: Sendable, Equatable {
        /// The name in the file.
        public let name: String
        /// The element type in the file.
        public let type: ElementType
        /// The size of each axis.
        public let shape: [Int]
        /// The byte range of the elements, from the start of the file.
        public let bytes: Range<Int>
    }

    /// The tensors in the order of their data.
    public let entries: [Entry]
    /// The metadata: text by key.
    public let metadata: [String: String]
    private let positions: [String: Int]
    private let bytes: FileBytes

    /// Opens the file at a path. Throws a `FileError` if it cannot be read or is corrupted.
    public init(contentsOf path: String, mapped: Bool = true) throws {
        try self.init(FileBytes.open(path, mapped: mapped))
    }

    /// Opens the file at a URL. Throws a `FileError` if it cannot be read or is corrupted.
    public init(contentsOf url: URL, mapped: Bool = true) throws {
        try self.init(contentsOf: url.path, mapped: mapped)
    }

    /// Reads the bytes of a file, which are copied. `name` replaces the path in error messages.
    public init(bytes: some ContiguousBytes, name: String = "bytes in memory") throws {
        try self.init(FileBytes.copy(bytes, name: name))
    }

    private init(_ bytes: FileBytes) throws {
        let header = try SafeTensorsHeader(bytes)
        entries = header.entries
        metadata = header.metadata
        positions = header.positions
        self.bytes = bytes
    }

    /// The names of the tensors in the order of their data.
    public var names: [String] { entries.map(\.name) }

    /// Returns whether the file contains a tensor with this name.
    public func contains(_ name: String) -> Bool { positions[name] != nil }

    /// Returns the header entry of a tensor. Throws if there is no such tensor.
    public func entry(_ name: String) throws -> Entry {
        if let position = positions[name] { return entries[position] }
        let some = names.prefix(8).joined(separator: ", ") + (entries.count > 8 ? ", ..." : "")
        throw FileError(
            file: bytes.name, place: "tensor \"\(name)\"", found: "no such tensor",
            allowed: "one of the \(entries.count) in the file" + (some.isEmpty ? "" : ": \(some)"))
    }

    /// Returns a tensor by name, with its elements converted to `Real` and rounded if necessary. Throws if there is
    /// no such tensor.
    public func tensor(_ name: String) throws -> Tensor { stored(try entry(name)).tensor() }

    /// Returns a tensor that must have the given shape. Throws if its shape differs.
    public func tensor(_ name: String, shape: [Int]) throws -> Tensor {
        let entry = try entry(name)
        guard entry.shape == shape else {
            throw FileError(
                file: bytes.name, place: "tensor \"\(name)\"", found: "shape \(entry.shape)",
                allowed: "\(shape)")
        }
        return stored(entry).tensor()
    }

    /// Returns integers by name. Throws if the elements are floating-point numbers or exceed `Int`.
    public func indices(_ name: String) throws -> Indices {
        let entry = try entry(name)
        return try stored(entry).indices(place: "tensor \"\(name)\"")
    }

    /// Releases the memory of the mapped elements. They are read from the file again if they are used.
    package func releaseMemory() { bytes.discardAll() }

    private func stored(_ entry: Entry) -> StoredArray {
        StoredArray(bytes: bytes, range: entry.bytes, type: entry.type, shape: entry.shape)
    }
}

extension StoredArray {
    func indices(place: String) throws -> Indices {
        guard !type.isFloat else {
            throw FileError(
                file: bytes.name, place: place, found: "elements of type \(type.rawValue)",
                allowed: "integers (BOOL, I8, U8, I16, U16, I32, U32, I64, U64)")
        }
        let (values, tooLarge) = integers()
        if let tooLarge {
            throw FileError(
                file: bytes.name, place: place + ", element \(tooLarge)",
                found: "\(UInt(bitPattern: values[tooLarge]))", allowed: "at most \(Int.max)")
        }
        return Indices(values, shape: shape)
    }
}
