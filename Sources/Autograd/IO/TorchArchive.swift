/// The tensors of a file that PyTorch writes by `torch.save(model.state_dict(), ...)`, such as `pytorch_model.bin`.
///
/// The file is memory-mapped, like `SafeTensors`. Its pickle is read by `TorchPickle`, which executes no code.
package struct TorchArchive: Sendable {
    /// The names of the tensors in the order of the file.
    package let names: [String]
    private let archive: ZipArchive
    private let entries: [String: TorchPickle.Entry]
    private let members: [String: ZipArchive.Member]
    /// The folder of all members in the archive.
    private let folder: String
    private let isSwapped: Bool

    /// Opens a file. Throws a `FileError` if it cannot be read, is corrupted, or contains anything but tensors in row-major
    /// order.
    package init(contentsOf path: String) throws {
        let bytes = try FileBytes.open(path, mapped: true)
        guard bytes.count >= 4, bytes.number(at: 0, as: UInt32.self) == ZipArchive.Signature.member else {
            throw FileError(
                file: path, place: "byte 0", found: "no zip archive",
                allowed: "a state_dict written by torch.save of PyTorch 1.6 or later")
        }
        let archive = try ZipArchive(bytes)
        members = Dictionary(archive.members.map { ($0.name, $0) }) { first, _ in first }
        guard let pickle = archive.members.first(where: { $0.name.hasSuffix("/data.pkl") }) else {
            throw FileError(
                file: path, place: "archive", found: "no member data.pkl",
                allowed: "a state_dict written by torch.save")
        }
        folder = String(pickle.name.dropLast("data.pkl".count))
        let order = try members[folder + "byteorder"].map { try Self.content(archive, $0) }
        isSwapped = order.map { $0.bytes.array($0.range).elementsEqual("big".utf8) } ?? false
        let (content, range) = try Self.content(archive, pickle)
        let found = try TorchPickle(content.array(range), file: path).entries
        entries = Dictionary(found.map { ($0.name, $0.entry) }) { first, _ in first }
        names = found.map(\.name)
        guard entries.count == names.count else {
            throw FileError(
                file: path, place: "data.pkl", found: "a duplicate name", allowed: "each name once")
        }
        self.archive = archive
        for name in names { _ = try place(name) }
    }

    /// Returns whether the file contains a tensor with this name.
    package func contains(_ name: String) -> Bool { entries[name] != nil }

    /// Returns the shape of a tensor; nil if there is none with this name.
    package func shape(_ name: String) -> [Int]? { entries[name]?.shape }

    /// Returns a tensor by name, with its elements converted to `Real`. Throws if there is no such tensor, or if its
    /// elements are corrupted.
    package func tensor(_ name: String) throws -> Tensor {
        let (entry, member, place) = try place(name)
        let (bytes, range) = try Self.content(archive, member)
        let start = range.lowerBound
        return StoredArray(
            bytes: bytes, range: start + place.lowerBound..<start + place.upperBound, type: entry.type,
            shape: entry.shape, isSwapped: isSwapped
        ).tensor()
    }

    /// Releases the memory of the mapped elements. They are read from the file again if they are used.
    package func releaseMemory() { archive.bytes.discardAll() }

    /// Returns the bytes of a member and its range within them. Compressed members, which `torch.save` does not write, are
    /// errors, so that memory is proportional to the file size.
    private static func content(
        _ archive: ZipArchive, _ member: ZipArchive.Member
    ) throws -> (bytes: FileBytes, range: Range<Int>) {
        guard member.method == 0 else {
            throw FileError(
                file: archive.bytes.name, place: "member \"\(member.name)\"", found: "compressed data",
                allowed: "data that is not compressed, as torch.save writes it")
        }
        return try archive.content(member)
    }

    /// The member that contains a tensor, and the place of its bytes. Throws if they are not in row-major order.
    private func place(
        _ name: String
    ) throws -> (entry: TorchPickle.Entry, member: ZipArchive.Member, place: Range<Int>) {
        func error(_ found: String, _ allowed: String) -> FileError {
            FileError(
                file: archive.bytes.name, place: "tensor \"\(name)\"", found: found, allowed: allowed)
        }
        guard let entry = entries[name] else {
            throw error("no such tensor", "one of the \(names.count) in the file")
        }
        guard let member = members["\(folder)data/\(entry.storage)"] else {
            throw error("no member data/\(entry.storage)", "one with the elements")
        }
        guard let size = checkedSize(entry.shape, entry.type.size), entry.isContiguous else {
            throw error(
                "shape \(entry.shape) with strides \(entry.strides)",
                "elements in row-major order; call contiguous() before torch.save")
        }
        let (begin, isOverflow) = entry.offset.multipliedReportingOverflow(by: entry.type.size)
        guard !isOverflow, begin >= 0, size.bytes <= member.size, begin <= member.size - size.bytes else {
            throw error(
                "\(grouped(size.bytes)) bytes from element \(entry.offset) of its storage",
                "at most \(grouped(member.size))")
        }
        return (entry, member, begin..<begin + size.bytes)
    }
}
