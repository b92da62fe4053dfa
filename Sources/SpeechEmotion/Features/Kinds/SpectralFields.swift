import Configuration

/// A feature computed from the short-time Fourier transform.
protocol SpectralFeature: FrameFeature {
    var stft: STFT { get set }
}

extension SpectralFeature {
    /// The hop length of the transform.
    public var hop: Int { stft.hop }
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
            .init("periodic", \.stft.isPeriodic, "Whether the window is periodic, as for spectral analysis, or symmetric."),
            .init("center", \.stft.isCentered, "Whether frame i is centered at sample i * hop_length, with padding at both ends."),
            .init("pad_mode", \.stft.padding, "Padding at both ends if `center` is true."),
        ]
    }

    /// What is invalid about the transform, for `complaints`.
    var stftComplaints: [Complaint] {
        guard let length = stft.windowLength, length > stft.fft else { return [] }
        return [Complaint("win_length", "\(length) is longer than n_fft, \(stft.fft) samples")]
    }

    public var complaints: [Complaint] { stftComplaints }

    public func check(rate: Int) throws(DataError) { try stft.check() }
}

/// A feature computed from frames in the time domain.
protocol FramedFeature: FrameFeature {
    var frames: Frames { get set }
}

extension FramedFeature {
    /// The hop length of the frames.
    public var hop: Int { frames.hop }
    /// The number of frames.
    public func frames(of samples: Int) -> Int? { try? frames.framing(.zeros).frames(of: samples) }

    /// The config keys of the frames, which every such feature has.
    static var frameFields: [Field<Self>] {
        [
            .init("frame_length", \.frames.length, "Frame length in samples.", .range(1...STFT.largest)),
            .init("hop_length", \.frames.hop, "Hop length in samples.", .range(1...1 << 24)),
            .init(
                "center", \.frames.isCentered, "Whether frame i is centered at sample i * hop_length, with padding at both ends."),
        ]
    }

    public func check(rate: Int) throws(DataError) { try frames.check() }
}

/// A feature computed from mel bands.
protocol MelFeature: SpectralFeature {
    var bands: MelBands { get set }
    var decibels: Decibels { get set }
}

extension MelFeature {
    /// The config keys of the mel bands.
    static var bandFields: [Field<Self>] {
        [
            .init("n_mels", \.bands.count, "Number of mel bands.", .range(1...MelBands.most)),
            .init("fmin", \.bands.low, "Lowest frequency in Hz.", .atLeast(0)),
            .init(
                "fmax", \.bands.high, "Highest frequency in Hz; `null` for half the sample rate.",
                .above(0)),
            .init("mel_scale", \.bands.scale, "Mel scale: `slaney` or `htk`."),
            .init("norm", \.bands.norm, "Normalization of the triangular filters: `slaney` for equal area, or `none` for equal height."),
        ]
    }

    /// The config keys of the conversion to decibels.
    static var decibelFields: [Field<Self>] {
        [
            .init("ref", \.decibels.reference, "Reference power of 0 dB, or \"max\" for the maximum."),
            .init("amin", \.decibels.floor, "Minimum power; smaller values are clamped.", .atLeast(1e-30)),
            .init(
                "top_db", \.decibels.range, "Dynamic range in dB: values are clamped to the maximum minus `top_db`; `null` disables it.",
                .atLeast(0)),
        ]
    }

    var melComplaints: [Complaint] {
        guard let high = bands.high, high <= bands.low else { return stftComplaints }
        return stftComplaints + [Complaint("fmax", "\(high) Hz is not above fmin, \(bands.low) Hz")]
    }

    public func check(rate: Int) throws(DataError) {
        try stft.check()
        try bands.check(rate: rate)
    }
}
