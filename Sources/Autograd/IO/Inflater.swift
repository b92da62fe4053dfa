/// A decompressor for deflate (RFC 1951). Every access to both buffers is bounds-checked, so corrupted data throws
/// an error and never crashes the program.
struct Inflater {
    private let input: UnsafeRawBufferPointer
    private let output: UnsafeMutableRawBufferPointer
    private let file: String
    private let place: String
    /// The next input byte to load into `bits`.
    private var at = 0
    private var bits: UInt64 = 0
    private var bitCount = 0
    private var written = 0

    /// The maximum expansion of a byte.
    static let mostGrowth = 1032

    /// Decompresses `input` into `output`, which it must fill exactly. `file` and `place` are for error messages.
    static func inflate(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, file: String,
        place: String
    ) throws {
        var inflater = Inflater(input, output, file, place)
        try inflater.run()
    }

    private init(
        _ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer, _ file: String,
        _ place: String
    ) {
        (self.input, self.output, self.file, self.place) = (input, output, file, place)
    }

    private func error(_ found: String, allowed: String) -> FileError {
        FileError(
            file: file, place: "\(place), byte \(at - bitCount / 8) of the compressed data", found: found,
            allowed: allowed)
    }

    private var cutOff: FileError { error("the end of the data", allowed: "more compressed data") }

    private var tooLong: FileError {
        error("more data", allowed: "\(grouped(output.count)) bytes once inflated")
    }

    private mutating func run() throws {
        var isLast = false
        while !isLast {
            isLast = try take(1) == 1
            switch try take(2) {
            case 0: try copyStored()
            case 1: try inflateBlock(.fixedLiterals, .fixedDistances)
            case 2:
                let (literals, distances) = try readCodes()
                try inflateBlock(literals, distances)
            default: throw error("a block of type 3", allowed: "0, 1, 2")
            }
        }
        guard written == output.count else {
            throw error("\(grouped(written)) inflated bytes", allowed: "\(grouped(output.count))")
        }
        let end = at - bitCount / 8
        guard end == input.count else {
            throw error("\(grouped(input.count - end)) bytes after the last block", allowed: "none")
        }
    }

    /// Afterwards `bits` holds at least 56 bits, except near the end.
    @inline(__always)
    private mutating func refill() {
        if at + 8 <= input.count {
            let word = UInt64(littleEndian: input.loadUnaligned(fromByteOffset: at, as: UInt64.self))
            bits |= word << UInt64(bitCount)
            at += (63 - bitCount) >> 3
            bitCount |= 56
        } else {
            while bitCount <= 55 && at < input.count {
                // Bits above bitCount may already be set from an earlier word; they have the same values.
                bits |= UInt64(input[at]) << UInt64(bitCount)
                at += 1
                bitCount += 8
            }
        }
    }

    private mutating func take(_ count: Int) throws -> Int {
        refill()
        return try takeReady(count)
    }

    /// Takes up to 16 bits, which a previous refill has loaded.
    @inline(__always)
    private mutating func takeReady(_ count: Int) throws -> Int {
        guard count <= bitCount else { throw cutOff }
        let value = Int(truncatingIfNeeded: bits & (1 << UInt64(count) - 1))
        bits >>= UInt64(count)
        bitCount -= count
        return value
    }

    private mutating func copyStored() throws {
        at -= bitCount / 8
        bits = 0
        bitCount = 0
        guard input.count - at >= 4 else { throw cutOff }
        let length = UInt16(littleEndian: input.loadUnaligned(fromByteOffset: at, as: UInt16.self))
        let inverse = UInt16(littleEndian: input.loadUnaligned(fromByteOffset: at + 2, as: UInt16.self))
        guard length == ~inverse else { throw error("a length without its complement", allowed: "both") }
        at += 4
        guard input.count - at >= Int(length) else { throw cutOff }
        guard output.count - written >= Int(length) else { throw tooLong }
        if length > 0 {
            (output.baseAddress! + written).copyMemory(from: input.baseAddress! + at, byteCount: Int(length))
        }
        at += Int(length)
        written += Int(length)
    }

    @inline(__always)
    private mutating func symbol(_ code: HuffmanCode, _ what: StaticString) throws -> Int {
        guard let (symbol, length) = code.symbol(bits), length <= bitCount else {
            throw bitCount < HuffmanCode.longest
                ? cutOff : error("an invalid Huffman code of a \(what)", allowed: "a code of this block")
        }
        bits >>= UInt64(length)
        bitCount -= length
        return symbol
    }

    private mutating func inflateBlock(_ literals: HuffmanCode, _ distances: HuffmanCode) throws {
        let (lengthSteps, distanceSteps) = (DeflateTables.lengths, DeflateTables.distances)
        while true {
            refill()
            let symbol = try symbol(literals, "length")
            if symbol < 256 {
                guard written < output.count else { throw tooLong }
                output[written] = UInt8(truncatingIfNeeded: symbol)
                written += 1
                continue
            }
            if symbol == 256 { return }
            guard symbol <= 285 else { throw error("length code \(symbol)", allowed: "257...285") }
            let (lengthBase, lengthBits) = lengthSteps[symbol - 257]
            let length = Int(lengthBase) + (try takeReady(Int(lengthBits)))
            let distanceCode = try self.symbol(distances, "distance")
            guard distanceCode <= 29 else { throw error("distance code \(distanceCode)", allowed: "0...29") }
            let (distanceBase, distanceBits) = distanceSteps[distanceCode]
            let distance = Int(distanceBase) + (try takeReady(Int(distanceBits)))
            guard distance <= written else {
                throw error("a copy from \(distance) bytes back", allowed: "at most \(written)")
            }
            guard length <= output.count - written else { throw tooLong }
            copy(length, from: distance)
        }
    }

    /// Copies from `distance` bytes back. If the ranges overlap, the bytes repeat. Both ranges lie within the
    /// output.
    @inline(__always)
    private mutating func copy(_ length: Int, from distance: Int) {
        let target = output.baseAddress! + written
        let source = UnsafeRawPointer(target - distance)
        written += length
        if distance >= length { return target.copyMemory(from: source, byteCount: length) }
        if distance == 1 {
            target.initializeMemory(as: UInt8.self, repeating: source.load(as: UInt8.self), count: length)
            return
        }
        // Each round doubles the distance, because the copied bytes become part of the source.
        var done = 0
        while done < length {
            let piece = Swift.min(length - done, distance + done)
            (target + done).copyMemory(from: source, byteCount: piece)
            done += piece
        }
    }

    /// Reads the two codes at the start of a block with dynamic codes.
    private mutating func readCodes() throws -> (literals: HuffmanCode, distances: HuffmanCode) {
        let literalCount = try take(5) + 257
        let distanceCount = try take(5) + 1
        let lengthCount = try take(4) + 4
        guard literalCount <= 286, distanceCount <= 30 else {
            throw error(
                "\(literalCount) length and \(distanceCount) distance codes", allowed: "at most 286 and 30")
        }
        var lengths = [UInt8](repeating: 0, count: 19)
        for i in 0..<lengthCount { lengths[DeflateTables.order[i]] = UInt8(try take(3)) }
        let lengthCode = try code(lengths[...], "code lengths", needsComplete: true)
        lengths = []
        while lengths.count < literalCount + distanceCount {
            refill()
            let symbol = try symbol(lengthCode, "code length")
            switch symbol {
            case 16:
                guard let last = lengths.last else {
                    throw error("a repetition before the first code length", allowed: "a code length first")
                }
                lengths += [UInt8](repeating: last, count: 3 + (try takeReady(2)))
            case 17: lengths += [UInt8](repeating: 0, count: 3 + (try takeReady(3)))
            case 18: lengths += [UInt8](repeating: 0, count: 11 + (try takeReady(7)))
            default: lengths.append(UInt8(symbol))
            }
        }
        guard lengths.count == literalCount + distanceCount else {
            throw error("\(lengths.count) code lengths", allowed: "\(literalCount + distanceCount)")
        }
        guard lengths[256] > 0 else { throw error("no code for the end of the block", allowed: "one code") }
        return (
            try code(lengths[..<literalCount], "lengths", needsComplete: false),
            try code(lengths[literalCount...], "distances", needsComplete: false)
        )
    }

    private func code(
        _ lengths: ArraySlice<UInt8>, _ what: StaticString, needsComplete: Bool
    ) throws -> HuffmanCode {
        let code = HuffmanCode(lengths)
        // Only a code with at most one symbol may be incomplete.
        let isFit = code.unused == 0 || code.unused > 0 && !needsComplete && code.used <= 1
        guard isFit else { throw error("an invalid code of \(what)", allowed: "a complete prefix code") }
        return code
    }
}

enum DeflateTables {
    /// The order in which the lengths of the code length code are stored.
    static let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

    /// The base length and the number of extra bits of codes 257...285.
    static let lengths: [(UInt16, UInt8)] = {
        let extra: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0] + (1...5).flatMap { [UInt8](repeating: $0, count: 4) }
        return steps(from: 3, extra) + [(258, 0)]
    }()

    /// The base distance and the number of extra bits of codes 0...29.
    static let distances = steps(from: 1, [0, 0] + (0...13).flatMap { [UInt8](repeating: $0, count: 2) })

    private static func steps(from first: UInt16, _ extra: [UInt8]) -> [(UInt16, UInt8)] {
        var base = first
        return extra.map { bits in
            defer { base &+= 1 << UInt16(bits) }
            return (base, bits)
        }
    }
}
