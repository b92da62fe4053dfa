import Autograd
import CKernels

/// A magnitude or power spectrogram. Spectral descriptors are extensions of it, one file each.
public struct Spectrogram: Sendable {
    /// The values, [frames, n_fft / 2 + 1].
    public let bins: FrameBlocks
    /// The options of the transform.
    public let stft: STFT
    /// The sample rate in Hz.
    public let rate: Int

    /// Computes the power spectrogram. Throws for a waveform without samples or with samples that are not finite, and
    /// without centering for one shorter than a frame.
    public init(powersOf wave: Waveform, _ stft: STFT = STFT()) throws(InputError) {
        try self.init(wave, stft) { padded in
            let curve = stft.curve
            return FrameBlocks(frames: padded.frames, width: stft.bins) { blocks, numbers in
                let transform = RealTransform<Float>(stft.fft)
                for (i, block) in blocks.enumerated() {
                    padded.cut(block, window: curve, into: transform.reals)
                    transform.powers(into: numbers + i * stft.bins * FrameBlocks.lanes)
                }
            }
        }
    }

    /// Computes the magnitude spectrogram in Double: twice the work, for descriptors of bins that are ten million times
    /// smaller than others in their frame.
    public init(preciseMagnitudesOf wave: Waveform, _ stft: STFT = STFT()) throws(InputError) {
        try self.init(wave, stft) { padded in
            let curve = stft.wideCurve
            let lanes = FrameBlocks.lanes
            return FrameBlocks(frames: padded.frames, width: stft.bins) { blocks, numbers in
                let transform = RealTransform<Double>(stft.fft)
                let rows = UnsafeMutablePointer<Float>.allocate(capacity: stft.fft * lanes)
                let powers = UnsafeMutablePointer<Double>.allocate(capacity: stft.bins * lanes)
                defer {
                    rows.deallocate()
                    powers.deallocate()
                }
                for (i, block) in blocks.enumerated() {
                    padded.cut(block, window: nil, into: rows)
                    ck_window_wide(rows, curve, stft.fft, transform.reals)
                    transform.powers(into: powers)
                    ck_narrow_roots(powers, numbers + i * stft.bins * lanes, stft.bins * lanes)
                }
            }
        }
    }

    private init(_ wave: Waveform, _ stft: STFT, _ make: (PaddedWaveform) -> FrameBlocks) throws(InputError) {
        try stft.check()
        self.stft = stft
        rate = wave.rate
        bins = make(try PaddedWaveform(wave.samples, stft.framing, action: "spectrogram"))
    }

    private init(_ bins: FrameBlocks, like other: Spectrogram) {
        self.bins = bins
        stft = other.stft
        rate = other.rate
    }

    /// The magnitude spectrogram of a power spectrogram.
    public var squareRoots: Spectrogram {
        let size = bins.width * FrameBlocks.lanes
        return Spectrogram(bins.mapped(width: bins.width) { ck_roots($0, $1, size) }, like: self)
    }

    /// The number of frames.
    public var frames: Int { bins.frames }

    /// The bin spacing in Hz.
    var binWidth: Double { stft.binWidth(rate: rate) }
}
