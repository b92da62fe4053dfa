import Autograd

/// A complex Fourier transform of any size, for the sixteen frames of a block at once.
///
/// Sizes with small prime factors use mixed-radix passes; any other size becomes a convolution of a larger power of two
/// (Bluestein 1970). Twiddle factors are computed in Double.
final class ComplexTransform<Number: TransformNumber>: Sendable {
    /// The number of values that each of the two buffers must hold.
    let count: Int
    /// Numbers that each of the two buffers must hold.
    let bufferSize: Int
    private let method: Method

    private enum Method: Sendable {
        case passes([Pass])
        case convolution(Convolution)
    }

    fileprivate struct Pass: Sendable {
        let radix, length, repeats: Int
        let twiddles: [Number]
        /// For radices without a specialized butterfly.
        let roots: [Number]?
    }

    fileprivate struct Convolution: Sendable {
        let inner: ComplexTransform
        let chirp, backChirp, spectrum: [Number]
    }

    /// The largest prime with its own pass.
    private static var largestRadix: Int { 31 }

    /// The transform of `count` values; equal transforms share their tables.
    static func of(_ count: Int) -> ComplexTransform {
        Number.transforms(count) { ComplexTransform(count) }
    }

    private init(_ count: Int) {
        self.count = count
        let radices = Self.radices(of: count)
        if (radices.last ?? 1) <= Self.largestRadix {
            var length = count
            method = .passes(
                radices.map { radix in
                    length /= radix
                    return Pass(radix: radix, length: length, of: count)
                })
            bufferSize = 2 * count * FrameBlocks.lanes
        } else {
            var size = 1
            while size < 2 * count - 1 { size *= 2 }
            let inner = ComplexTransform.of(size)
            method = .convolution(Convolution(count, inner))
            bufferSize = inner.bufferSize
        }
    }

    /// Fours first, then the prime factors in ascending order.
    private static func radices(of count: Int) -> [Int] {
        var rest = count
        var radices: [Int] = []
        while rest % 4 == 0 {
            radices.append(4)
            rest /= 4
        }
        var factor = 2
        while rest > 1 {
            while rest % factor == 0 {
                radices.append(factor)
                rest /= factor
            }
            factor = factor * factor > rest ? max(rest, factor + 1) : factor + 1
        }
        return radices
    }

    /// Transforms the values in `x`. Both buffers are overwritten; afterwards `x` holds the result, and may have been
    /// swapped with `y`.
    func run(_ x: inout UnsafeMutablePointer<Number>, _ y: inout UnsafeMutablePointer<Number>) {
        switch method {
        case .passes(let passes):
            for pass in passes {
                if let roots = pass.roots {
                    Number.pass(any: pass.radix, x, y, pass.twiddles, roots, pass.length, pass.repeats)
                } else {
                    Number.pass(pass.radix, x, y, pass.twiddles, pass.length, pass.repeats)
                }
                swap(&x, &y)
            }
        case .convolution(let convolution):
            Number.scale(x, convolution.chirp, conjugated: false, count)
            let used = 2 * count * FrameBlocks.lanes
            (x + used).update(repeating: 0, count: bufferSize - used)
            convolution.inner.run(&x, &y)
            // Conjugating before and after turns a forward transform into an inverse one.
            Number.scale(x, convolution.spectrum, conjugated: true, convolution.inner.count)
            convolution.inner.run(&x, &y)
            Number.scale(x, convolution.backChirp, conjugated: true, count)
        }
    }
}

extension ComplexTransform.Pass {
    fileprivate init(radix: Int, length: Int, of count: Int) {
        self.init(
            radix: radix, length: length, repeats: count / (radix * length),
            twiddles: (0..<length).flatMap { p in
                (1..<radix).flatMap { Number.turn(p * $0, of: radix * length) }
            },
            roots: radix <= 5 ? nil : (0..<radix).flatMap { Number.turn($0, of: radix) })
    }
}

extension ComplexTransform.Convolution {
    /// x[k] exp(-pi i k k / n), convolved with the conjugate of that chirp.
    fileprivate init(_ count: Int, _ inner: ComplexTransform<Number>) {
        chirp = (0..<count).flatMap { Number.turn($0 * $0 % (2 * count), of: 2 * count) }
        backChirp = chirp.enumerated().map { $0 % 2 == 0 ? $1 : -$1 }
        self.inner = inner

        // The transform of the chirp around 0, divided by its size for the inverse transform. All lanes are equal.
        let lanes = FrameBlocks.lanes
        let memory = UnsafeMutablePointer<Number>.allocate(capacity: 2 * inner.bufferSize)
        memory.initialize(repeating: 0, count: 2 * inner.bufferSize)
        defer { memory.deallocate() }
        var (x, y) = (memory, memory + inner.bufferSize)
        for k in 0..<count {
            for part in 0..<2 {
                for place in [k, (inner.count - k) % inner.count] {
                    (x + (2 * place + part) * lanes).update(repeating: backChirp[2 * k + part], count: lanes)
                }
            }
        }
        inner.run(&x, &y)
        spectrum = (0..<2 * inner.count).map { x[$0 * lanes] / Number(inner.count) }
    }
}
