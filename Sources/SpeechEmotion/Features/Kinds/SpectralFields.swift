import Configuration

/// A feature of a spectrum: its options hold how the sound is cut and transformed.
protocol SpectralFeature: FrameFeature {
    var stft: STFT { get set }
}

extension SpectralFeature {
    /// That of the transform.
    public var hop: Int { stft.hop }
    /// As the transform counts them.
    public func frames(of samples: Int) -> Int? { try? stft.framing.frames(of: samples) }

    /// The keys of the transform, which stand beside the feature's own.
    static var stftFields: [Field<Self>] {
        [
            .init("n_fft", \.stft.fft, "Samples of a frame.", .range(1...STFT.largest)),
            .init("hop_length", \.stft.hop, "Samples between the starts of two frames.", .range(1...1 << 24)),
            .init("window", \.stft.window, "The curve that a frame is multiplied with."),
            .init(
                "win_length", \.stft.windowLength,
                "Samples of the window, in the middle of the frame; null is the whole frame.",
                .range(1...STFT.largest)),
            .init(
                "window_shape", \.stft.windowShape,
                "Beta of a kaiser window (null: 8.6), deviation of a gaussian one in half lengths (null: 0.4).",
                .above(0), .below(700)),
            .init("periodic", \.stft.isPeriodic, "Periodic rather than symmetric windows."),
            .init("center", \.stft.isCentred, "Whether frame i has its middle at i * hop, with padding."),
            .init("pad_mode", \.stft.padding, "What lies around the sound."),
        ]
    }

    /// What is wrong with the transform, for `complaints`.
    var stftComplaints: [Complaint] {
        guard let length = stft.windowLength, length > stft.fft else { return [] }
        return [Complaint("win_length", "\(length) is longer than the frame, \(stft.fft) samples")]
    }

    public var complaints: [Complaint] { stftComplaints }

    public func check(rate: Int) throws(SoundProblem) { try stft.check() }
}

/// A feature of frames that are not transformed.
protocol FramedFeature: FrameFeature {
    var frames: Frames { get set }
}

extension FramedFeature {
    /// That of the frames.
    public var hop: Int { frames.hop }
    /// As they are cut from the sound.
    public func frames(of samples: Int) -> Int? { try? frames.framing(.zeros).frames(of: samples) }

    /// The keys of the frames, which stand beside the feature's own.
    static var frameFields: [Field<Self>] {
        [
            .init("frame_length", \.frames.length, "Samples of a frame.", .range(1...STFT.largest)),
            .init("hop_length", \.frames.hop, "Samples between the starts of two frames.", .range(1...1 << 24)),
            .init(
                "center", \.frames.isCentred, "Whether frame i has its middle at i * hop, with padding."),
        ]
    }

    public func check(rate: Int) throws(SoundProblem) { try frames.check() }
}

/// A feature of mel bands.
protocol MelFeature: SpectralFeature {
    var bands: MelBands { get set }
    var decibels: Decibels { get set }
}

extension MelFeature {
    /// The keys of the bands.
    static var bandFields: [Field<Self>] {
        [
            .init("n_mels", \.bands.count, "Mel bands.", .range(1...MelBands.most)),
            .init("fmin", \.bands.low, "The lower end of the lowest band in Hz.", .atLeast(0)),
            .init(
                "fmax", \.bands.high, "The upper end of the highest band in Hz; null is half the rate.",
                .above(0)),
            .init("mel_scale", \.bands.scale, "The curve that spaces the bands."),
            .init("norm", \.bands.norm, "How the triangles are scaled."),
        ]
    }

    /// The keys of the decibels.
    static var decibelFields: [Field<Self>] {
        [
            .init("ref", \.decibels.reference, "The power that is 0 dB, or \"max\" for the largest."),
            .init("amin", \.decibels.floor, "Powers below it count as it.", .atLeast(1e-30)),
            .init(
                "top_db", \.decibels.range, "How far below the largest others may lie; null is any.",
                .atLeast(0)),
        ]
    }

    var melComplaints: [Complaint] {
        guard let high = bands.high, high <= bands.low else { return stftComplaints }
        return stftComplaints + [Complaint("fmax", "\(high) Hz is not above fmin, \(bands.low) Hz")]
    }

    public func check(rate: Int) throws(SoundProblem) {
        try stft.check()
        try bands.check(rate: rate)
    }
}
