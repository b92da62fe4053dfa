import Autograd

/// The Fourier transform of real values and its inverse, for the sixteen frames of a block at once, with its buffers.
/// Not thread-safe.
///
/// An even size is transformed as half as many complex values, an odd one as complex values without imaginary parts.
final class RealTransform<Number: TransformNumber> {
    /// The number of real values.
    let count: Int
    /// count / 2 + 1.
    let bins: Int
    private let complex: ComplexTransform<Number>
    private let twiddles: [Number]
    private let block: UnsafeMutableRawBufferPointer
    private var x, y: UnsafeMutablePointer<Number>

    init(_ count: Int) {
        self.count = count
        bins = count / 2 + 1
        let isEven = count % 2 == 0
        let half = count / 2
        complex = .of(isEven ? half : count)
        twiddles =
            isEven ? Number.realTwiddles(count) { (0...half).flatMap { Number.turn($0, of: count) } } : []
        // The bins of an odd size take as much room as half the complex values; the real values fit, too.
        let size = complex.bufferSize
        (x, block) = MemoryPool.take(Number.self, count: 2 * size)
        y = x + size
    }

    deinit { MemoryPool.give(block) }

    /// The input buffer of `powers` and `bins`: `count` rows of lanes.
    var reals: UnsafeMutablePointer<Number> { count % 2 == 0 ? x : y }

    private func transform() {
        if count % 2 == 1 { Number.complex(of: y, x, count) }
        complex.run(&x, &y)
    }

    /// Computes the squared magnitudes of the bins of `reals`.
    func powers(into powers: UnsafeMutablePointer<Number>) {
        transform()
        if count % 2 == 0 {
            Number.realPowers(x, twiddles, count / 2, powers)
        } else {
            Number.powers(x, powers, bins)
        }
    }

    /// Computes the bins of `reals`: for each, a row of real and a row of imaginary parts.
    func bins(into bins: UnsafeMutablePointer<Number>) {
        transform()
        if count % 2 == 0 {
            Number.realBins(x, twiddles, count / 2, bins)
        } else {
            bins.update(from: x, count: 2 * self.bins * FrameBlocks.lanes)
        }
    }

    /// Computes the real values with these bins, unscaled (see `backScale`): `count` rows of lanes, valid until the
    /// next call.
    func inverse(_ bins: UnsafePointer<Number>) -> UnsafePointer<Number> {
        if count % 2 == 0 {
            Number.realUnbins(bins, twiddles, count / 2, x)
            complex.run(&x, &y)
            return UnsafePointer(x)
        }
        Number.allBinsConjugated(bins, count, x)
        complex.run(&x, &y)
        let lanes = FrameBlocks.lanes
        for i in 0..<count { (y + i * lanes).update(from: x + 2 * i * lanes, count: lanes) }
        return UnsafePointer(y)
    }

    /// The factor for value i of `inverse`. It ends with conjugates, so every second value of an even size has the
    /// opposite sign.
    func backScale(_ i: Int) -> Number { (count % 2 == 0 && i % 2 == 1 ? -1 : 1) / Number(count) }
}
