/// The length and hop of frames in samples, and the size of their Fourier transform.
struct FrameGeometry: Sendable {
    let length, hop, transform: Int
    /// The spacing of bins in Hz. It refers to the nominal length: at 11025 Hz, 20 ms are 221 samples.
    let binWidth: Double
    let bins: Int

    init(sampleRate: Int, milliseconds: Int) {
        length = Self.samples(milliseconds, sampleRate)
        hop = Self.samples(10, sampleRate)
        var size = 1
        while size < length { size *= 2 }
        transform = size
        bins = size / 2 + 1
        binWidth = Double(length) * 1000 / (Double(milliseconds) * Double(size))
    }

    func frames(of samples: Int) -> Int { samples < length ? 0 : (samples - length) / hop + 1 }

    static func samples(_ milliseconds: Int, _ rate: Int) -> Int {
        (milliseconds * rate + 500) / 1000
    }
}
