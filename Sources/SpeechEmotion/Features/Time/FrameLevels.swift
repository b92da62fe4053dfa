/// How samples are cut into frames where no transform follows. The defaults are librosa's.
public struct Frames: Hashable, Sendable {
    /// Samples of a frame.
    public var length = 2048
    /// Samples between the starts of two frames.
    public var hop = 512
    /// Whether frame i has its middle at sample i * hop, with padding at both ends, or starts there.
    public var isCentred = true

    public init(length: Int = 2048, hop: Int = 512) {
        self.length = length
        self.hop = hop
    }

    /// Throws where a number is outside of what it may be.
    func check() throws(SoundProblem) {
        guard length >= 1, length <= STFT.largest else {
            throw SoundProblem("frames", found: "length \(length)", allowed: "1 to \(STFT.largest)")
        }
    }

    func framing(_ padding: SoundPadding) -> Framing {
        Framing(length: length, hop: hop, isCentred: isCentred, padding: padding)
    }
}

extension Waveform {
    /// The root of the mean square of each frame, with silence around the sound: [frames, 1].
    public func rmsOfFrames(_ frames: Frames = Frames()) throws(SoundProblem) -> FrameTable {
        try sums(frames, .zeros, "rms", of: { sample, _ in Double(sample) * Double(sample) }) { sum in
            Float((sum / Double(frames.length)).squareRoot())
        }
    }

    /// The part of each frame's samples at which the sign is another than at the sample before, the first and
    /// last sample being repeated around the sound: [frames, 1]. Samples within 1e-10 of 0 count as positive.
    public func zeroCrossingRate(_ frames: Frames = Frames()) throws(SoundProblem) -> FrameTable {
        try sums(
            frames, .edge, "zcr", skipsFirst: true,
            of: { sample, before in (sample < -1e-10) != (before < -1e-10) ? 1 : 0 }
        ) { Float($0 / Double(frames.length)) }
    }

    /// Sums over the frames as differences of one running sum over the padded sound.
    private func sums(
        _ frames: Frames, _ padding: SoundPadding, _ action: String, skipsFirst: Bool = false,
        of value: (_ sample: Float, _ before: Float) -> Double, _ result: (Double) -> Float
    ) throws(SoundProblem) -> FrameTable {
        try frames.check()
        let framing = frames.framing(padding)
        let sound = try PaddedSound(samples, framing, action: action)
        let values = sound.withSamples { padded in
            var running = 0.0
            var before: Float = 0
            let sums = [Double](unsafeUninitializedCapacity: padded.count + 1) { sums, count in
                sums[0] = 0
                for i in 0..<padded.count {
                    running += value(padded[i], before)
                    before = padded[i]
                    sums[i + 1] = running
                }
                count = padded.count + 1
            }
            return sums.withUnsafeBufferPointer { sums in
                (0..<sound.frames).map { frame in
                    let start = frame * framing.hop
                    return result(sums[start + framing.length] - sums[start + (skipsFirst ? 1 : 0)])
                }
            }
        }
        return FrameTable(frames: sound.frames, width: 1, values: values)
    }
}
