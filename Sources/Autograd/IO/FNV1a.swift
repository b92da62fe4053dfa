/// The 64-bit FNV-1a hash: fast, and the same on every machine. It detects accidental changes, not forgery.
package struct FNV1a {
    /// The hash so far.
    package var value: UInt64 = 0xcbf2_9ce4_8422_2325

    /// Creates the hash of nothing.
    package init() {}

    /// Creates the hash of a text.
    package init(_ text: String) { combine(text.utf8) }

    /// Adds bytes.
    package mutating func combine(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { combine(UInt64(byte)) }
    }

    /// Adds a whole word in one step, which is faster than its bytes and gives another hash.
    package mutating func combine(_ word: UInt64) { value = (value ^ word) &* 0x100_0000_01b3 }

    /// The hash as 16 hexadecimal digits.
    package var hexadecimal: String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
