import Autograd
import CKernels

/// The options of the short-time Fourier transform (STFT). The defaults are librosa's.
public struct STFT: Hashable, Sendable {
    /// The frame length in samples (n_fft), up to `largest`; a frame has `n_fft / 2 + 1` bins.
    public var fft = 2048
    /// The hop length in samples.
    public var hop = 512
    /// The window function.
    public var window = Window.hann
    /// The window length in samples, zero-padded to the frame length; nil for the frame length.
    public var windowLength: Int?
    /// Whether the window is periodic, as for spectral analysis, or symmetric.
    public var isPeriodic = true
    /// The parameter of Kaiser and Gaussian windows, see `Window.curve`.
    public var windowShape: Double?
    /// Whether frame i is centered at sample i * hop, with padding at both ends, or starts there.
    public var isCentered = true
    /// The padding at both ends.
    public var padding = PadMode.zeros

    /// The largest frame and window length.
    public static let largest = 1 << 17

    /// A periodic Hann window as long as the frame, centered with zero padding.
    public init(fft: Int = 2048, hop: Int = 512) {
        self.fft = fft
        self.hop = hop
    }

    /// The number of bins per frame.
    public var bins: Int { fft / 2 + 1 }

    /// The center frequency of a bin in Hz.
    public func frequency(_ bin: Int, rate: Int) -> Double { Double(bin) * binWidth(rate: rate) }

    /// The bin spacing in Hz, rounded as NumPy does, because some bins lie on the edge of a band.
    func binWidth(rate: Int) -> Double { 1 / (Double(fft) * (1 / Double(rate))) }

    /// The number of frames for a number of samples. Throws if there are none, or if the options are invalid.
    public func frames(of samples: Int) throws(InputError) -> Int {
        try check()
        return try Framing(length: fft, hop: hop, isCentered: isCentered, padding: padding).frames(
            of: samples)
    }

    /// The window, `n_fft` values, computed once.
    var curve: [Float] { Self.curves(self) { wideCurve.map { Float($0) } } }

    /// The window in Double.
    var wideCurve: [Double] {
        Self.wideCurves(self) {
            let length = windowLength ?? fft
            let before = (fft - length) / 2
            return [Double](repeating: 0, count: before)
                + window.curve(length: length, isPeriodic: isPeriodic, shape: windowShape)
                + [Double](repeating: 0, count: fft - length - before)
        }
    }

    private static let curves = SharedTables<STFT, [Float]>(limit: 32)
    private static let wideCurves = SharedTables<STFT, [Double]>(limit: 32)

    /// Throws if an option is out of range.
    func check() throws(InputError) {
        guard fft >= 1, fft <= Self.largest else {
            throw InputError("stft", found: "n_fft \(fft)", allowed: "1 to \(Self.largest)")
        }
        let length = windowLength ?? fft
        guard length >= 1, length <= fft else {
            throw InputError(
                "stft", found: "a window length of \(length)", allowed: "1 to n_fft, \(fft)")
        }
        let shape = windowShape ?? 1
        guard shape > 0, shape < 700 else {
            throw InputError("stft", found: "a window shape of \(shape)", allowed: "above 0, below 700")
        }
    }
}

/// The complex bins of each frame.
public struct ComplexFrames: Sendable, Equatable {
    /// The number of frames.
    public let frames: Int
    /// The number of bins per frame.
    public let bins: Int
    /// [frames, bins, 2]
    let memory: LaneMemory

    /// Creates frames of interleaved real and imaginary parts that `fill` writes.
    init(frames: Int, bins: Int, fill: (UnsafeMutablePointer<Float>) -> Void) {
        (self.frames, self.bins) = (frames, bins)
        memory = LaneMemory(count: frames * bins * 2)
        fill(memory.start)
    }

    /// Creates frames from real and imaginary parts of the same shape.
    public init(real: FrameTable, imaginary: FrameTable) {
        require(
            real.frames == imaginary.frames && real.width == imaginary.width,
            "ComplexFrames: \(real.frames) x \(real.width) real, \(imaginary.frames) x \(imaginary.width) imaginary"
        )
        self.init(frames: real.frames, bins: real.width) { numbers in
            for i in real.values.indices {
                (numbers[2 * i], numbers[2 * i + 1]) = (real.values[i], imaginary.values[i])
            }
        }
    }

    /// The real parts, [frames, bins].
    public var real: FrameTable { part(0) }
    /// The imaginary parts, [frames, bins].
    public var imaginary: FrameTable { part(1) }

    private func part(_ offset: Int) -> FrameTable {
        FrameTable(
            frames: frames, width: bins, values: (0..<frames * bins).map { memory.start[2 * $0 + offset] })
    }

    /// Whether all values are equal.
    public static func == (a: Self, b: Self) -> Bool { a.real == b.real && a.imaginary == b.imaginary }
}

/// Computes the short-time Fourier transform (STFT). Throws for a waveform without samples or with samples that are not
/// finite, and without centering for one shorter than a frame.
public func stft(_ samples: [Float], _ options: STFT = STFT()) throws(InputError) -> ComplexFrames {
    try options.check()
    let padded = try PaddedWaveform(samples, options.framing, action: "stft")
    let curve = options.curve
    let bins = options.bins
    let blocks = FrameBlocks(frames: padded.frames, width: 2 * bins) { blocks, numbers in
        let transform = RealTransform<Float>(options.fft)
        for (i, block) in blocks.enumerated() {
            padded.cut(block, window: curve, into: transform.reals)
            transform.bins(into: numbers + i * 2 * bins * FrameBlocks.lanes)
        }
    }
    return ComplexFrames(frames: padded.frames, bins: bins) { blocks.copyRows(to: $0, stride: 2 * bins) }
}
