import Autograd
import CKernels

/// Returns the waveform whose short-time Fourier transform is closest to the given frames: inverse transforms,
/// windowed, overlapped and added, divided by the sum of the squared windows (Griffin and Lim 1984).
///
/// - Parameter length: The number of samples; nil for as many as the frames cover.
///
/// Throws if the frames do not have the number of bins of `options`, or if the length exceeds the frames.
public func istft(
    _ frames: ComplexFrames, _ options: STFT = STFT(), length: Int? = nil
) throws(InputError) -> [Float] {
    try options.check()
    guard frames.bins == options.bins, frames.frames > 0 else {
        throw InputError(
            "istft", found: "\(frames.frames) frames of \(frames.bins) bins",
            allowed: "at least 1 frame of \(options.bins) bins")
    }
    guard options.hop >= 1 else {
        throw InputError("istft", found: "hop_length \(options.hop)", allowed: "at least 1")
    }
    let (fft, hop) = (options.fft, options.hop)
    let edge = options.isCentered ? fft / 2 : 0
    let (steps, overflow) = (frames.frames - 1).multipliedReportingOverflow(by: hop)
    guard !overflow, steps < Framing.mostNumbers, length ?? 0 < Framing.mostNumbers, length ?? 0 >= 0 else {
        throw InputError(
            "istft", found: "\(frames.frames) frames, hop_length \(hop), length \(length ?? 0)",
            allowed: "up to \(Framing.mostNumbers) samples")
    }
    let wanted = length ?? max(0, fft + steps - 2 * edge)
    let used = length.map { min(frames.frames, ($0 + 2 * edge + hop - 1) / hop) } ?? frames.frames

    let curve = options.curve
    let transform = RealTransform<Float>(fft)
    let scaled = curve.enumerated().map { $1 * transform.backScale($0) }
    let size = max(edge + wanted, fft + steps)
    let (sum, weights) = (LaneMemory(zeros: size), LaneMemory(zeros: size))
    let (lanes, width) = (FrameBlocks.lanes, 2 * options.bins)
    let (bins, rows) = (LaneMemory(count: width * lanes), LaneMemory(count: fft * lanes))
    for first in stride(from: 0, to: used, by: lanes) {
        let here = min(lanes, used - first)
        ck_lanes_of_rows(frames.memory.start + first * width, width, here, width, bins.start)
        ck_rows_of_lanes(transform.inverse(bins.start), fft, here, rows.start, fft)
        for lane in 0..<here {
            let place = (first + lane) * hop
            ck_overlap_add(rows.start + lane * fft, scaled, fft, sum.start + place)
            ck_overlap_add(curve, curve, fft, weights.start + place)
        }
    }
    return [Float](unsafeUninitializedCapacity: wanted) { samples, count in
        let (sum, weights) = (sum.start + edge, weights.start + edge)
        for i in 0..<wanted {
            samples[i] = sum[i] / (weights[i] > Float.leastNormalMagnitude ? weights[i] : 1)
        }
        count = wanted
    }
}
