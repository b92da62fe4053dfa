import Autograd

/// Random integers, two from each 64-bit value of a generator.
struct Draws {
    private let generator: RandomGenerator
    private var rest: UInt32?

    init(_ generator: RandomGenerator) { self.generator = generator }

    /// Returns an integer that is uniformly distributed in 0..<bound.
    mutating func below(_ bound: Int) -> Int {
        let limit = UInt32(bound)
        while true {
            let product = word().multipliedFullWidth(by: limit)
            if product.low >= limit || product.low >= (0 &- limit) % limit { return Int(product.high) }
        }
    }

    /// Returns a value in [0, 1).
    mutating func uniform() -> Double { generator.uniform() }

    private mutating func word() -> UInt32 {
        if let word = rest {
            rest = nil
            return word
        }
        let bits = generator.next()
        rest = UInt32(truncatingIfNeeded: bits >> 32)
        return UInt32(truncatingIfNeeded: bits)
    }
}
