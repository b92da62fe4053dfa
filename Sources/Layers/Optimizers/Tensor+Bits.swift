import Autograd

extension Tensor {
    /// Creates a tensor of 64-bit numbers, each as four pieces of 16 bits, which any `Real` represents exactly: [count, 4].
    package init(bits: [UInt64]) {
        self.init(shape: [bits.count, 4]) { p in
            for (row, number) in bits.enumerated() {
                for piece in 0..<4 { p[4 * row + piece] = Real(number >> (16 * piece) & 0xffff) }
            }
        }
    }

    /// The numbers of `init(bits:)`. Invalid pieces count as 0.
    package var bits: [UInt64] {
        let pieces = array
        return (0..<shape[0]).map { row in
            (0..<4).reduce(0) { $0 | UInt64(UInt16(exactly: pieces[4 * row + $1]) ?? 0) << (16 * UInt64($1)) }
        }
    }
}
