import CKernels

/// The sound whose transform is nearest to the given frames: their inverse transforms, windowed, overlapping
/// and added, divided by the sum of the squared windows (Griffin and Lim 1984).
///
/// - Parameter length: How many samples; as many as the frames cover where nil.
///
/// Throws where the frames do not have the bins that `options` say, or where the length is beyond the frames.
public func istft(
    _ frames: ComplexFrames, _ options: STFT = STFT(), length: Int? = nil
) throws(SoundProblem) -> [Float] {
    try options.check()
    guard frames.bins == options.bins, frames.frames > 0 else {
        throw SoundProblem(
            "istft", found: "\(frames.frames) frames of \(frames.bins) bins",
            allowed: "1 frame or more of \(options.bins) bins")
    }
    guard options.hop >= 1 else {
        throw SoundProblem("istft", found: "hop \(options.hop)", allowed: "1 or more")
    }
    let (fft, hop) = (options.fft, options.hop)
    let edge = options.isCentred ? fft / 2 : 0
    let (steps, overflow) = (frames.frames - 1).multipliedReportingOverflow(by: hop)
    guard !overflow, steps < Framing.mostNumbers, length ?? 0 < Framing.mostNumbers, length ?? 0 >= 0 else {
        throw SoundProblem(
            "istft", found: "\(frames.frames) frames, hop \(hop), length \(length ?? 0)",
            allowed: "up to \(Framing.mostNumbers) samples")
    }
    let wanted = length ?? max(0, fft + steps - 2 * edge)
    let used = length.map { min(frames.frames, ($0 + 2 * edge + hop - 1) / hop) } ?? frames.frames

    let curve = options.curve
    let transform = RealTransform<Float>(fft)
    let scaled = curve.enumerated().map { $1 * transform.backScale($0) }
    var sum = [Float](repeating: 0, count: max(edge + wanted, fft + steps))
    var weights = sum
    let lanes = FrameBlocks.lanes
    let bins = FloatRows(count: 2 * options.bins * lanes)
    let rows = FloatRows(count: fft * lanes)
    for first in stride(from: 0, to: used, by: lanes) {
        let here = min(lanes, used - first)
        bins.fill(frames, first: first, lanes: here)
        ck_rows_of_lanes(transform.inverse(bins.start), fft, here, rows.start, fft)
        for lane in 0..<here {
            sum.withUnsafeMutableBufferPointer { sum in
                guard let start = sum.baseAddress else { return }
                ck_overlap_add(rows.start + lane * fft, scaled, fft, start + (first + lane) * hop)
            }
            weights.withUnsafeMutableBufferPointer { weights in
                guard let start = weights.baseAddress else { return }
                ck_overlap_add(curve, curve, fft, start + (first + lane) * hop)
            }
        }
    }
    return (edge..<edge + wanted).map {
        weights[$0] > Float.leastNormalMagnitude ? sum[$0] / weights[$0] : sum[$0]
    }
}

/// Memory on a vector's boundary for one call.
private struct FloatRows: ~Copyable {
    let start: UnsafeMutablePointer<Float>

    init(count: Int) {
        start = ck_allocate(count * MemoryLayout<Float>.stride).assumingMemoryBound(to: Float.self)
    }

    deinit { ck_release(start) }

    /// Bins of frames as rows of lanes, real and imaginary parts in turn; spare lanes hold the last frame.
    func fill(_ frames: ComplexFrames, first: Int, lanes: Int) {
        let (bins, all) = (frames.bins, FrameBlocks.lanes)
        frames.real.values.withUnsafeBufferPointer { real in
            frames.imaginary.values.withUnsafeBufferPointer { imaginary in
                for lane in 0..<all {
                    let row = (first + min(lane, lanes - 1)) * bins
                    for bin in 0..<bins {
                        start[2 * bin * all + lane] = real[row + bin]
                        start[(2 * bin + 1) * all + lane] = imaginary[row + bin]
                    }
                }
            }
        }
    }
}
