import Autograd
import CKernels

/// The framing of features in the time domain. The defaults are librosa's.
public struct Frames: Hashable, Sendable {
    /// The frame length in samples.
    public var length = 2048
    /// The hop length in samples.
    public var hop = 512
    /// Whether frame i is centered at sample i * hop, with padding at both ends, or starts there.
    public var isCentered = true

    /// Centered frames with padding at both ends.
    public init(length: Int = 2048, hop: Int = 512) {
        self.length = length
        self.hop = hop
    }

    /// Throws if an option is out of range.
    func check() throws(InputError) {
        guard length >= 1, length <= STFT.largest else {
            throw InputError("frames", found: "frame_length \(length)", allowed: "1 to \(STFT.largest)")
        }
    }

    func framing(_ padding: PadMode) -> Framing {
        Framing(length: length, hop: hop, isCentered: isCentered, padding: padding)
    }
}

extension Waveform {
    /// Computes the root mean square (RMS) of each frame, with zero padding: [frames, 1].
    public func rmsOfFrames(_ frames: Frames = Frames()) throws(InputError) -> FrameTable {
        try sums(frames, .zeros, "rms") { start, count in
            ck_energy(start, count)
        } result: { sum, _ in
            Float((sum / Double(frames.length)).squareRoot())
        }
    }

    /// Computes the zero-crossing rate: the fraction of samples of each frame whose sign differs from the previous
    /// sample, with edge padding: [frames, 1]. Samples within 1e-10 of 0 count as positive.
    public func zeroCrossingRate(_ frames: Frames = Frames()) throws(InputError) -> FrameTable {
        // Each sample is compared with the previous one; the first of a frame has none.
        try sums(frames, .edge, "zcr", reach: 1) { start, count in
            Double(ck_sign_changes(start, count))
        } result: { sum, start in
            Float((sum - Double(ck_sign_changes(start, 2))) / Double(frames.length))
        }
    }

    /// Computes sums over frames from sums over shorter blocks that frames share.
    ///
    /// - Parameters:
    ///   - reach: The number of samples before a block that belong to its sum, too.
    ///   - part: The sum over samples.
    ///   - result: Converts a frame's sum; receives the first sample of the frame.
    private func sums(
        _ frames: Frames, _ padding: PadMode, _ action: String, reach: Int = 0,
        of part: (UnsafePointer<Float>, Int) -> Double, result: (Double, UnsafePointer<Float>) -> Float
    ) throws(InputError) -> FrameTable {
        try frames.check()
        let framing = frames.framing(padding)
        let padded = try PaddedWaveform(samples, framing, action: action, before: reach)
        let stretch = greatestCommonDivisor(framing.length, framing.hop)
        let values = padded.withSamples { samples in
            guard let start = samples.baseAddress else { return [Float]() }
            let used = (padded.frames - 1) * framing.hop + framing.length
            var total = 0.0
            var sums = [0.0]
            sums.reserveCapacity(used / stretch + 1)
            for first in Swift.stride(from: 0, to: used, by: stretch) {
                total += part(start + first, stretch + reach)
                sums.append(total)
            }
            let (length, hop) = (framing.length / stretch, framing.hop / stretch)
            return (0..<padded.frames).map { frame in
                result(sums[frame * hop + length] - sums[frame * hop], start + frame * framing.hop)
            }
        }
        return FrameTable(frames: padded.frames, width: 1, values: values)
    }
}
