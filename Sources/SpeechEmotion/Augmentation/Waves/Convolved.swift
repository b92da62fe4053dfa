import CKernels

/// Convolves by Fourier transforms (overlap-add): the waveform is divided into blocks, sixteen of which are transformed
/// at once.
///
/// - Parameter skip: The number of samples to skip at the start of the result.
/// - Returns: As many samples as `x` has.
func convolved(_ x: [Float], _ response: [Float], skip: Int = 0) -> [Float] {
    guard !x.isEmpty, !response.isEmpty else { return x }
    let lanes = FrameBlocks.lanes
    // Long enough to process the waveform at once, but not so long that most of a block is zeros.
    let wanted = min((x.count + lanes - 1) / lanes, 4 * response.count + 2048)
    var size = 64
    while size < wanted + response.count - 1 { size *= 2 }
    let length = size - response.count + 1
    let transform = RealTransform<Float>(size)
    let factors = spectrum(response, transform)
    let scales = (0..<size).map { transform.backScale($0) }
    let ones = [Float](repeating: 1, count: length)
    let pieces = (x.count + length - 1) / length
    let padded = x + [Float](repeating: 0, count: pieces * length - x.count)
    var sum = [Float](repeating: 0, count: max(pieces * length + response.count, skip + x.count))
    let bins = LaneMemory(count: 2 * transform.bins * lanes)
    let rows = LaneMemory(count: size * lanes)
    withExtendedLifetime((bins, rows)) {
        padded.withUnsafeBufferPointer { padded in
            sum.withUnsafeMutableBufferPointer { sum in
                guard let padded = padded.baseAddress, let sum = sum.baseAddress else { return }
                for first in stride(from: 0, to: pieces, by: lanes) {
                    let here = min(lanes, pieces - first)
                    let reals = transform.reals
                    ck_frame(padded + first * length, length, here, ones, length, reals)
                    (reals + length * lanes).update(repeating: 0, count: (size - length) * lanes)
                    transform.bins(into: bins.start)
                    ck_complex_scale(bins.start, factors, 0, bins.start, transform.bins)
                    ck_rows_of_lanes(transform.inverse(bins.start), size, here, rows.start, size)
                    for piece in 0..<here {
                        ck_overlap_add(
                            rows.start + piece * size, scales, size, sum + (first + piece) * length)
                    }
                }
            }
        }
    }
    return Array(sum[skip..<skip + x.count])
}

/// The bins of a response, with interleaved real and imaginary parts.
private func spectrum(_ response: [Float], _ transform: RealTransform<Float>) -> [Float] {
    let lanes = FrameBlocks.lanes
    let bins = LaneMemory(count: 2 * transform.bins * lanes)
    return withExtendedLifetime(bins) {
        let reals = transform.reals
        for i in 0..<transform.count {
            (reals + i * lanes).update(repeating: i < response.count ? response[i] : 0, count: lanes)
        }
        transform.bins(into: bins.start)
        return (0..<2 * transform.bins).map { bins.start[$0 * lanes] }
    }
}
