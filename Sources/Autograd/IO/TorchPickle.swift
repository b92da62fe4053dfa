/// The tensors of a `state_dict` in a pickle of PyTorch, without their elements.
///
/// A pickle is a program. This reader knows the instructions and functions that describe tensors; all others are errors, so
/// that no code of the file is executed.
package struct TorchPickle {
    /// A tensor in a storage, which is a member of the archive.
    package struct Entry: Sendable, Equatable {
        /// The name of the storage.
        let storage: String
        let type: ElementType
        /// The position of the first element in the storage.
        let offset: Int
        package let shape: [Int]
        let strides: [Int]

        /// Whether the elements are in row-major order without gaps.
        var isContiguous: Bool {
            var expected = 1
            for (size, stride) in zip(shape, strides).reversed() where size != 1 {
                guard stride == expected || shape.contains(0) else { return false }
                expected = expected.multipliedReportingOverflow(by: size).partialValue
            }
            return shape.count == strides.count
        }
    }

    private final class Mapping {
        var entries: [(name: String, entry: Entry)] = []
    }

    private enum Value {
        case mark
        case number(Int)
        case text(String)
        case global(String)
        case tuple([Value])
        case storage(key: String, type: ElementType)
        case tensor(Entry)
        case mapping(Mapping)
        /// A value that no tensor needs.
        case other
    }

    /// The tensors in the order of the file.
    package private(set) var entries: [(name: String, entry: Entry)] = []
    private let bytes: [UInt8]
    private let file: String
    private var at = 0
    private var stack: [Value] = []
    private var memo: [Int: Value] = [:]

    /// Reads a pickle. Throws a `FileError` if it is anything but a dictionary of tensors.
    package init(_ bytes: [UInt8], file: String) throws {
        (self.bytes, self.file) = (bytes, file)
        guard case .mapping(let result) = try run(), !result.entries.isEmpty else {
            throw error(at, "no dictionary of tensors", allowed: "the state_dict of a model")
        }
        entries = result.entries
        (stack, memo) = ([], [:])
    }

    private func error(_ at: Int, _ found: String, allowed: String) -> FileError {
        FileError(file: file, place: "data.pkl, byte \(at)", found: found, allowed: allowed)
    }

    /// Executes the instructions until the end, and returns the result.
    private mutating func run() throws -> Value {
        while true {
            let start = at
            let code = UInt8(truncatingIfNeeded: try number(UInt8.self))
            switch code {
            case 0x80: _ = try number(UInt8.self)  // The version.
            case UInt8(ascii: "."): return try pop()
            case UInt8(ascii: "("): stack.append(.mark)
            case UInt8(ascii: "N"), UInt8(ascii: "]"), 0x88, 0x89: stack.append(.other)
            case UInt8(ascii: "G"):
                _ = try number(UInt64.self)
                stack.append(.other)
            case UInt8(ascii: "K"): stack.append(.number(try number(UInt8.self)))
            case UInt8(ascii: "M"): stack.append(.number(try number(UInt16.self)))
            case UInt8(ascii: "J"): stack.append(.number(try number(Int32.self)))
            case 0x8A: stack.append(.number(try longNumber()))
            case UInt8(ascii: "X"): stack.append(.text(try text(try number(UInt32.self))))
            case UInt8(ascii: "c"): stack.append(.global(try line() + "." + line()))
            case UInt8(ascii: "q"): memo[try number(UInt8.self)] = try top()
            case UInt8(ascii: "r"): memo[try number(UInt32.self)] = try top()
            case UInt8(ascii: "h"): try recall(try number(UInt8.self))
            case UInt8(ascii: "j"): try recall(try number(UInt32.self))
            case UInt8(ascii: ")"): stack.append(.tuple([]))
            case UInt8(ascii: "t"): stack.append(Self.tuple(try popToMark()))
            case 0x85...0x87:
                let values = try (0..<Int(code) - 0x84).map { _ in try pop() }
                stack.append(Self.tuple(values.reversed()))
            case UInt8(ascii: "}"): stack.append(.mapping(Mapping()))
            case UInt8(ascii: "s"):
                let value = try pop()
                let key = try pop()
                try set([key, value])
            case UInt8(ascii: "u"):
                let items = try popToMark()
                try set(items)
            case UInt8(ascii: "a"), UInt8(ascii: "b"): _ = try pop()
            case UInt8(ascii: "e"): _ = try popToMark()
            case UInt8(ascii: "Q"): stack.append(try storage(try pop(), start))
            case UInt8(ascii: "R"): try call(start)
            default:
                throw error(
                    start, "the instruction 0x" + String(code, radix: 16),
                    allowed: "those that torch.save writes for tensors")
            }
        }
    }

    /// A tuple in which tuples of tuples, which no tensor needs, are left out. So are long tuples, because a short pickle can
    /// contain one many times.
    private static func tuple(_ values: [Value]) -> Value {
        guard values.count <= mostAxes else { return .other }
        func isTuple(_ value: Value) -> Bool { if case .tuple = value { true } else { false } }
        return .tuple(
            values.map { value in
                if case .tuple(let inner) = value, inner.contains(where: isTuple) { return .other }
                return value
            })
    }

    private func storage(_ id: Value, _ start: Int) throws -> Value {
        guard case .tuple(let id) = id, id.count == 5, case .global(let name) = id[1],
            case .text(let key) = id[2], key.utf8.count <= 255, let type = Self.types[name]
        else {
            throw error(
                start, "a storage of an unknown type",
                allowed: Self.types.keys.sorted().joined(separator: ", "))
        }
        return .storage(key: key, type: type)
    }

    private static let types: [String: ElementType] = [
        "torch.FloatStorage": .f32, "torch.HalfStorage": .f16, "torch.BFloat16Storage": .bf16,
        "torch.DoubleStorage": .f64, "torch.LongStorage": .i64, "torch.IntStorage": .i32,
        "torch.ShortStorage": .i16, "torch.CharStorage": .i8, "torch.ByteStorage": .u8,
        "torch.BoolStorage": .bool,
    ]

    /// Calls one of the functions that are known.
    private mutating func call(_ start: Int) throws {
        let arguments = try pop()
        guard case .tuple(let arguments) = arguments, case .global(let name) = try pop() else {
            throw error(start, "a call of something other than a function", allowed: "a function by name")
        }
        switch (name, arguments.first) {
        case ("collections.OrderedDict", nil): stack.append(.mapping(Mapping()))
        case ("torch._utils._rebuild_parameter", .tensor(let entry)?): stack.append(.tensor(entry))
        case ("torch._utils._rebuild_tensor_v2", .storage(let key, let type)?):
            guard arguments.count >= 4, case .number(let offset) = arguments[1],
                let shape = Self.numbers(arguments[2]), let strides = Self.numbers(arguments[3]),
                shape.count <= mostAxes
            else { fallthrough }
            stack.append(
                .tensor(
                    Entry(storage: key, type: type, offset: offset, shape: shape, strides: strides)))
        default:
            throw error(
                start, "a call of \(name)",
                allowed: "tensors only; Python code in the file is not executed")
        }
    }

    private static func numbers(_ value: Value) -> [Int]? {
        guard case .tuple(let values) = value else { return nil }
        let numbers = values.compactMap { if case .number(let number) = $0 { number } else { nil } }
        return numbers.count == values.count ? numbers : nil
    }

    /// Adds keys and values to the dictionary below them. Values that are not tensors are left out.
    private func set(_ items: [Value]) throws {
        guard case .mapping(let mapping) = try top(), items.count % 2 == 0 else {
            throw error(at, "items without a dictionary", allowed: "a dictionary of tensors")
        }
        for i in stride(from: 0, to: items.count, by: 2) {
            guard case .text(let name) = items[i], case .tensor(let entry) = items[i + 1] else { continue }
            mapping.entries.append((name, entry))
        }
    }

    private func top() throws -> Value {
        guard let value = stack.last else { throw error(at, "no value", allowed: "a value") }
        return value
    }

    private mutating func pop() throws -> Value {
        let value = try top()
        if case .mark = value { throw error(at, "no value", allowed: "a value") }
        stack.removeLast()
        return value
    }

    private mutating func popToMark() throws -> [Value] {
        let mark = stack.lastIndex { if case .mark = $0 { true } else { false } }
        guard let mark else { throw error(at, "no mark", allowed: "the start of a list of values") }
        let values = Array(stack[(mark + 1)...])
        stack.removeSubrange(mark...)
        return values
    }

    private mutating func recall(_ place: Int) throws {
        guard let value = memo[place] else {
            throw error(at, "value \(place), which is not stored", allowed: "a stored value")
        }
        stack.append(value)
    }

    private mutating func take(_ count: Int) throws -> ArraySlice<UInt8> {
        guard count <= bytes.count - at else {
            throw error(at, "the end of the pickle", allowed: "\(grouped(count)) bytes")
        }
        defer { at += count }
        return bytes[at..<at + count]
    }

    /// Reads a little-endian integer.
    private mutating func number<N: FixedWidthInteger>(_ type: N.Type) throws -> Int {
        let word = try take(MemoryLayout<N>.size).reversed().reduce(N.zero) {
            $0 << 8 | N(truncatingIfNeeded: $1)
        }
        return Int(truncatingIfNeeded: word)
    }

    /// Reads an integer of up to 8 bytes after their count.
    private mutating func longNumber() throws -> Int {
        let count = try number(UInt8.self)
        guard count <= 8 else { throw error(at, "an integer of \(count) bytes", allowed: "at most 8") }
        let taken = try take(count)
        let sign = taken.last.map { $0 >= 0x80 } == true ? -1 : 0
        return taken.reversed().reduce(sign) { $0 << 8 | Int($1) }
    }

    private mutating func text(_ count: Int) throws -> String {
        guard let text = String(validating: try take(count), as: UTF8.self) else {
            throw error(at, "text that is not UTF-8", allowed: "UTF-8")
        }
        return text
    }

    private mutating func line() throws -> String {
        guard let end = bytes[at...].firstIndex(of: 10) else {
            throw error(at, "the end of the pickle", allowed: "a line")
        }
        defer { at += 1 }
        return try text(end - at)
    }
}
