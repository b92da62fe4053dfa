import Autograd
import CKernels

/// How a sound is cut into frames and transformed. The defaults are librosa's.
public struct STFT: Hashable, Sendable {
    /// Samples of a frame, any number up to `largest`; a frame has `fft / 2 + 1` bins.
    public var fft = 2048
    /// Samples between the starts of two frames.
    public var hop = 512
    /// The curve that a frame is multiplied with.
    public var window = Window.hann
    /// Samples of the window, in the middle of the frame with zeros around; `fft` where nil.
    public var windowLength: Int?
    /// Whether the window is made for transforms (periodic) or symmetric.
    public var isPeriodic = true
    /// The parameter of Kaiser and Gaussian windows, see `Window.curve`.
    public var windowShape: Double?
    /// Whether frame i has its middle at sample i * hop, with padding at both ends, or starts there.
    public var isCentred = true
    /// What lies before the start and after the end of a sound.
    public var padding = SoundPadding.zeros

    /// The largest transform and window.
    public static let largest = 1 << 17

    /// A periodic Hann window as long as the frame, centred with zeros around the sound.
    public init(fft: Int = 2048, hop: Int = 512) {
        self.fft = fft
        self.hop = hop
    }

    /// How many bins a frame has.
    public var bins: Int { fft / 2 + 1 }

    /// The frequency of a bin in Hz.
    public func frequency(_ bin: Int, rate: Int) -> Double { Double(bin) * binWidth(rate: rate) }

    /// Hz from a bin to the next, rounded as numpy does, as some bins lie on the border of a band.
    func binWidth(rate: Int) -> Double { 1 / (Double(fft) * (1 / Double(rate))) }

    /// How many frames a sound of so many samples has. Throws if it has none, or if the options make no
    /// sense.
    public func frames(of samples: Int) throws(SoundProblem) -> Int {
        try check()
        return try Framing(length: fft, hop: hop, isCentred: isCentred, padding: padding).frames(of: samples)
    }

    /// The window, `fft` numbers, made once.
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

    /// Throws if a number is outside of what it may be.
    func check() throws(SoundProblem) {
        guard fft >= 1, fft <= Self.largest else {
            throw SoundProblem("stft", found: "fft \(fft)", allowed: "1 to \(Self.largest)")
        }
        let length = windowLength ?? fft
        guard length >= 1, length <= fft else {
            throw SoundProblem(
                "stft", found: "a window length of \(length)", allowed: "1 to \(fft), the size of the fft")
        }
        let shape = windowShape ?? 1
        guard shape > 0, shape < 700 else {
            throw SoundProblem("stft", found: "a window shape of \(shape)", allowed: "above 0, below 700")
        }
    }
}

/// The complex bins of each frame of a sound.
public struct ComplexFrames: Sendable, Equatable {
    /// How many frames there are.
    public let frames: Int
    /// How many bins each frame has.
    public let bins: Int
    /// [frames, bins, 2]
    let memory: LaneMemory

    /// Frames of `bins` numbers, real and imaginary parts in turn, that `fill` writes.
    init(frames: Int, bins: Int, fill: (UnsafeMutablePointer<Float>) -> Void) {
        (self.frames, self.bins) = (frames, bins)
        memory = LaneMemory(count: frames * bins * 2)
        fill(memory.start)
    }

    /// Both parts have the same shape.
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

    /// Real parts, [frames, bins].
    public var real: FrameTable { part(0) }
    /// Imaginary parts, [frames, bins].
    public var imaginary: FrameTable { part(1) }

    private func part(_ offset: Int) -> FrameTable {
        FrameTable(
            frames: frames, width: bins, values: (0..<frames * bins).map { memory.start[2 * $0 + offset] })
    }

    /// Whether all numbers are equal.
    public static func == (a: Self, b: Self) -> Bool { a.real == b.real && a.imaginary == b.imaginary }
}

/// The short-time Fourier transform of samples. Throws for a sound without samples or with ones that are no
/// numbers, and without centring for one shorter than a frame.
public func stft(_ samples: [Float], _ options: STFT = STFT()) throws(SoundProblem) -> ComplexFrames {
    try options.check()
    let sound = try PaddedSound(samples, options.framing, action: "stft")
    let curve = options.curve
    let bins = options.bins
    let blocks = FrameBlocks(frames: sound.frames, width: 2 * bins) { blocks, numbers in
        let transform = RealTransform<Float>(options.fft)
        for (i, block) in blocks.enumerated() {
            sound.cut(block, window: curve, into: transform.reals)
            transform.bins(into: numbers + i * 2 * bins * FrameBlocks.lanes)
        }
    }
    return ComplexFrames(frames: sound.frames, bins: bins) { blocks.copyRows(to: $0, stride: 2 * bins) }
}
