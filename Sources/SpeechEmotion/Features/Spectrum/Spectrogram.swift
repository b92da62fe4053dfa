import CKernels

/// The sizes of the bins of a sound's frames, or their squares. What is computed from it stands in
/// extensions, one file for each idea.
public struct Spectrogram: Sendable {
    /// The numbers, [frames, fft / 2 + 1].
    public let bins: FrameBlocks
    /// How the sound was cut and transformed.
    public let stft: STFT
    /// The rate of the sound.
    public let rate: Int

    /// The squared sizes of the bins. Throws for a sound without samples or with ones that are no numbers,
    /// and without centring for one shorter than a frame.
    public init(powersOf wave: Waveform, _ stft: STFT = STFT()) throws(SoundProblem) {
        try self.init(wave, stft) { sound in
            let curve = stft.curve
            return FrameBlocks(frames: sound.frames, width: stft.bins) { blocks, numbers in
                let transform = RealTransform<Float>(stft.fft)
                for (i, block) in blocks.enumerated() {
                    sound.cut(block, window: curve, into: transform.reals)
                    transform.powers(into: numbers + i * stft.bins * FrameBlocks.lanes)
                }
            }
        }
    }

    /// The sizes of the bins, computed in Double: twice the work, for what looks at bins that are ten million
    /// times smaller than others of their frame.
    public init(preciseSizesOf wave: Waveform, _ stft: STFT = STFT()) throws(SoundProblem) {
        try self.init(wave, stft) { sound in
            let curve = stft.wideCurve
            let lanes = FrameBlocks.lanes
            return FrameBlocks(frames: sound.frames, width: stft.bins) { blocks, numbers in
                let transform = RealTransform<Double>(stft.fft)
                let rows = UnsafeMutablePointer<Float>.allocate(capacity: stft.fft * lanes)
                let powers = UnsafeMutablePointer<Double>.allocate(capacity: stft.bins * lanes)
                defer {
                    rows.deallocate()
                    powers.deallocate()
                }
                for (i, block) in blocks.enumerated() {
                    sound.cut(block, window: nil, into: rows)
                    ck_window_wide(rows, curve, stft.fft, transform.reals)
                    transform.powers(into: powers)
                    ck_narrow_roots(powers, numbers + i * stft.bins * lanes, stft.bins * lanes)
                }
            }
        }
    }

    private init(_ wave: Waveform, _ stft: STFT, _ make: (PaddedSound) -> FrameBlocks) throws(SoundProblem) {
        try stft.check()
        self.stft = stft
        rate = wave.rate
        bins = make(try PaddedSound(wave.samples, stft.framing, action: "spectrogram"))
    }

    private init(_ bins: FrameBlocks, like other: Spectrogram) {
        self.bins = bins
        stft = other.stft
        rate = other.rate
    }

    /// Sizes from their squares.
    public var squareRoots: Spectrogram {
        let size = bins.width * FrameBlocks.lanes
        return Spectrogram(bins.mapped(width: bins.width) { ck_roots($0, $1, size) }, like: self)
    }

    /// How many frames there are.
    public var frames: Int { bins.frames }

    /// Hz from a bin to the next.
    var binWidth: Double { stft.binWidth(rate: rate) }
}
