import CKernels

/// The Fourier transform of real numbers and its inverse, for the sixteen frames of a block at once, and the
/// memory it works in. An instance belongs to one thread.
///
/// An even count is transformed as half as many complex numbers, an odd one as complex numbers without
/// imaginary parts.
final class RealTransform<Number: TransformNumber> {
    /// How many real numbers are transformed.
    let count: Int
    /// count / 2 + 1.
    let bins: Int
    private let complex: ComplexTransform<Number>
    private let twiddles: [Number]
    private let memory: UnsafeMutablePointer<Number>
    private var x, y: UnsafeMutablePointer<Number>

    init(_ count: Int) {
        self.count = count
        bins = count / 2 + 1
        let isEven = count % 2 == 0
        let half = count / 2
        complex = .of(isEven ? half : count)
        twiddles =
            isEven ? Number.realTwiddles(count) { (0...half).flatMap { Number.turn($0, of: count) } } : []
        // Bins of an odd count take as much room as half the complex numbers; reals fit too.
        let size = complex.bufferSize
        memory = ck_allocate(2 * size * MemoryLayout<Number>.stride).assumingMemoryBound(to: Number.self)
        (x, y) = (memory, memory + size)
    }

    deinit { ck_release(memory) }

    /// Where the block's real numbers are written before `powers` or `bins`: `count` rows of lanes.
    var reals: UnsafeMutablePointer<Number> { count % 2 == 0 ? x : y }

    private func transform() {
        if count % 2 == 1 { Number.complex(of: y, x, count) }
        complex.run(&x, &y)
    }

    /// The squared sizes of the `bins` of what `reals` holds.
    func powers(into powers: UnsafeMutablePointer<Number>) {
        transform()
        if count % 2 == 0 {
            Number.realPowers(x, twiddles, count / 2, powers)
        } else {
            Number.powers(x, powers, bins)
        }
    }

    /// The bins of what `reals` holds: each a row of real and a row of imaginary parts.
    func bins(into bins: UnsafeMutablePointer<Number>) {
        transform()
        if count % 2 == 0 {
            Number.realBins(x, twiddles, count / 2, bins)
        } else {
            bins.update(from: x, count: 2 * self.bins * FrameBlocks.lanes)
        }
    }

    /// The real numbers with these bins times `backScale`: `count` rows of lanes, until the next call.
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

    /// What number i of `inverse` has to be multiplied with. It ends on conjugates, so every second number of
    /// an even count has the wrong sign.
    func backScale(_ i: Int) -> Number { (count % 2 == 0 && i % 2 == 1 ? -1 : 1) / Number(count) }
}
