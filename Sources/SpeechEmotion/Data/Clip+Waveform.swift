extension Clip {
    /// Reads the audio of the clip as a mono waveform. An augmented copy gives the audio of its origin. Throws a
    /// `FileError` if the file is missing or damaged.
    ///
    /// - Parameter rate: The target sample rate; nil keeps that of the file.
    public func wave(rate: Int? = nil) throws -> Waveform {
        switch source {
        case .file(let path, let start, let end):
            let start = start ?? 0
            return try AudioFile.read(path, rate: rate, offset: start, duration: end.map { $0 - start })
        case .synthetic(let synthetic):
            let wave = synthetic.wave()
            return try rate.map { try wave.resampled(to: $0) } ?? wave
        }
    }

    /// The number of channels of the clip's file; 1 for a synthetic clip.
    func channels() throws -> Int {
        switch source {
        case .file(let path, _, _): try AudioFile.info(path).channels
        case .synthetic: 1
        }
    }
}
