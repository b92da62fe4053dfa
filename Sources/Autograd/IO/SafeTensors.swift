import Foundation

/// Named tensors in one file, in the format of Hugging Face's safetensors.
///
/// The file is mapped: opening a big one is instant, and only the tensors that are used are read from disk. Tensors
/// of the type of `Real` lie in the mapping itself and keep it alive. While it is in use, the file may be replaced
/// (as `write` does) or deleted, but must not be changed in place; where that may happen, pass `mapped: false`.
public struct SafeTensors: Sendable {
    /// What the header says of one tensor.
    public struct Entry: Sendable, Equatable {
        /// The name in the file.
        public let name: String
        /// The type of the elements in the file.
        public let type: ElementType
        /// The size along each axis.
        public let shape: [Int]
        /// Where its elements lie, counted from the start of the file.
        public let bytes: Range<Int>
    }

    /// The tensors in the order of their data.
    public let entries: [Entry]
    /// Free text by key.
    public let metadata: [String: String]
    private let positions: [String: Int]
    private let bytes: FileBytes

    /// Opens the file at a path. Throws a `FileError` where it cannot be read or is damaged.
    public init(contentsOf path: String, mapped: Bool = true) throws {
        try self.init(FileBytes.open(path, mapped: mapped))
    }

    /// Opens the file at a URL. Throws a `FileError` where it cannot be read or is damaged.
    public init(contentsOf url: URL, mapped: Bool = true) throws {
        try self.init(contentsOf: url.path, mapped: mapped)
    }

    /// Reads the bytes of a file, which are copied; `name` stands for the path in messages.
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

    /// Whether there is a tensor of that name.
    public func contains(_ name: String) -> Bool { positions[name] != nil }

    /// The header's entry of a tensor. Throws where there is none.
    public func entry(_ name: String) throws -> Entry {
        if let position = positions[name] { return entries[position] }
        let some = names.prefix(8).joined(separator: ", ") + (entries.count > 8 ? ", ..." : "")
        throw FileError(
            file: bytes.name, place: "tensor \"\(name)\"", found: "none of that name",
            allowed: "one of the \(entries.count) in the file" + (some.isEmpty ? "" : ": \(some)"))
    }

    /// A tensor by its name. Other types than that of `Real` are converted; where they have more digits, rounded.
    /// Throws where there is none of that name.
    public func tensor(_ name: String) throws -> Tensor { stored(try entry(name)).tensor() }

    /// A tensor that must have the given shape; throws where it has another.
    public func tensor(_ name: String, shape: [Int]) throws -> Tensor {
        let entry = try entry(name)
        guard entry.shape == shape else {
            throw FileError(
                file: bytes.name, place: "tensor \"\(name)\"", found: "shape \(entry.shape)",
                allowed: "\(shape)")
        }
        return stored(entry).tensor()
    }

    /// Whole numbers by their name; throws where the elements are floating-point numbers or too large for `Int`.
    public func indices(_ name: String) throws -> Indices {
        let entry = try entry(name)
        return try stored(entry).indices(place: "tensor \"\(name)\"")
    }

    private func stored(_ entry: Entry) -> StoredArray {
        StoredArray(bytes: bytes, range: entry.bytes, type: entry.type, shape: entry.shape)
    }
}

extension StoredArray {
    func indices(place: String) throws -> Indices {
        guard !type.isFloat else {
            throw FileError(
                file: bytes.name, place: place, found: "elements of type \(type.rawValue)",
                allowed: "whole numbers (BOOL, I8, U8, I16, U16, I32, U32, I64, U64)")
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
