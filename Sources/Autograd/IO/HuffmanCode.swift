/// A canonical prefix code given by its code lengths, as in deflate.
struct HuffmanCode: Sendable {
    static let longest = 15
    /// Codes up to this length are decoded with one lookup.
    private static let quick = 10

    /// For the next `quick` bits: symbol << 4 | length, or 0 if the code is longer.
    private let table: [UInt16]
    /// The number of codes of each length.
    private let counts: [UInt16]
    /// The symbols in the order of their codes.
    private let symbols: [UInt16]
    /// The number of unused codes of the maximum length: 0 for a complete code, negative for an invalid one.
    let unused: Int
    /// The number of codes.
    let used: Int

    init(_ lengths: ArraySlice<UInt8>) {
        var counts = [UInt16](repeating: 0, count: Self.longest + 1)
        for length in lengths where length > 0 { counts[Int(length)] += 1 }
        var left = 1
        var nextWord = [Int](repeating: 0, count: Self.longest + 2)
        var nextPlace = [Int](repeating: 0, count: Self.longest + 2)
        for length in 1...Self.longest {
            left = left * 2 - Int(counts[length])
            nextWord[length + 1] = (nextWord[length] + Int(counts[length])) * 2
            nextPlace[length + 1] = nextPlace[length] + Int(counts[length])
        }
        let total = nextPlace[Self.longest + 1]
        var symbols = [UInt16](repeating: 0, count: total)
        var table = [UInt16](repeating: 0, count: 1 << Self.quick)
        // The codes of an invalid code do not fit their lengths and must not be used.
        if left >= 0 {
            for (symbol, length) in lengths.enumerated() where length > 0 {
                let length = Int(length)
                symbols[nextPlace[length]] = UInt16(symbol)
                nextPlace[length] += 1
                let word = nextWord[length]
                nextWord[length] += 1
                guard length <= Self.quick else { continue }
                let reversed = Int(UInt16(word).bitReversed >> UInt16(16 - length))
                for place in stride(from: reversed, to: table.count, by: 1 << length) {
                    table[place] = UInt16(symbol) << 4 | UInt16(length)
                }
            }
        }
        (self.table, self.counts, self.symbols) = (table, counts, symbols)
        unused = left
        used = total
    }

    /// Decodes the first symbol in `bits` (lowest bit first). Returns the symbol and the length of its code.
    @inline(__always)
    func symbol(_ bits: UInt64) -> (symbol: Int, length: Int)? {
        let entry = table[Int(bits & UInt64(1 << Self.quick - 1))]
        if entry != 0 { return (Int(entry >> 4), Int(entry & 15)) }
        return longSymbol(bits)
    }

    private func longSymbol(_ bits: UInt64) -> (symbol: Int, length: Int)? {
        var word = 0
        var first = 0
        var place = 0
        for length in 1...Self.longest {
            word |= Int(bits >> UInt64(length - 1) & 1)
            let count = Int(counts[length])
            if word - first < count { return (Int(symbols[place + word - first]), length) }
            place += count
            first = (first + count) * 2
            word *= 2
        }
        return nil
    }

    static let fixedLiterals = HuffmanCode(
        ([UInt8](repeating: 8, count: 144) + [UInt8](repeating: 9, count: 112)
            + [UInt8](repeating: 7, count: 24)
            + [UInt8](repeating: 8, count: 8))[...])
    static let fixedDistances = HuffmanCode([UInt8](repeating: 5, count: 32)[...])
}

extension UInt16 {
    fileprivate var bitReversed: UInt16 {
        var (value, result) = (self, UInt16(0))
        for _ in 0..<16 {
            result = result << 1 | value & 1
            value >>= 1
        }
        return result
    }
}
