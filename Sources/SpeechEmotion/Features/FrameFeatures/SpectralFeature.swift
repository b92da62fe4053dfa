import Autograd
import Configuration

/// A feature computed from the short-time Fourier transform.
protocol SpectralFeature: FrameFeature {
    var stft: STFT { get set }
}

extension SpectralFeature {
    /// The hop length of the transform.
    public var hop: Int { stft.hop }
    public var firstCenter: Int { stft.isCentered ? 0 : stft.fft / 2 }
    /// The number of frames of the transform.
    public func frames(of samples: Int) -> Int? { try? stft.framing.frames(of: samples) }

    /// The config keys of the transform, which every spectral feature has.
    static var stftFields: [Field<Self>] {
        [
            .init("n_fft", \.stft.fft, "Frame length of the FFT in samples.", .range(1...STFT.largest)),
            .init("hop_length", \.stft.hop, "Hop length in samples.", .range(1...1 << 24)),
            .init("window", \.stft.window, "Window function."),
            .init(
                "win_length", \.stft.windowLength,
                "Window length in samples, zero-padded to `n_fft`; `null` for `n_fft`.",
                .range(1...STFT.largest)),
            .init(
                "window_shape", \.stft.windowShape,
                "Parameter of the window: beta of `kaiser` (default 8.6), standard deviation of `gaussian` relative to half the length (default 0.4).",
                .above(0), .below(700)),
            .init(
                "periodic", \.stft.isPeriodic,
                "Whether the window is periodic, as for spectral analysis, or symmetric."),
            .init(
                "center", \.stft.isCentered,
                "Whether frame i is centered at sample i * hop_length, with padding at both ends."),
            .init("pad_mode", \.stft.padding, "Padding at both ends if `center` is true."),
        ]
    }

    /// What is invalid about the transform, for `validationIssues`.
    var stftComplaints: [ValidationIssue] {
        guard let length = stft.windowLength, length > stft.fft else { return [] }
        return [ValidationIssue("win_length", "\(length) is longer than n_fft, \(stft.fft) samples")]
    }

    public var validationIssues: [ValidationIssue] { stftComplaints }

    public func check(rate: Int) throws(InputError) { try stft.check() }
}
