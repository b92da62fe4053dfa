extension Clip {
    /// The sound of the clip, one channel. A changed copy gives the sound of its origin. Throws a `FileError` where the file
    /// is missing or damaged.
    ///
    /// - Parameter rate: The rate wanted; the file's own where nil.
    public func wave(rate: Int? = nil) throws -> Waveform {
        switch source {
        case .file(let path, let start, let end):
            let start = start ?? 0
            return try AudioFile.read(path, rate: rate, offset: start, duration: end.map { $0 - start })
        case .synthetic(let sound):
            let wave = sound.wave()
            return try rate.map { try wave.resampled(to: $0) } ?? wave
        }
    }

    /// How many channels the clip's file has, 1 for a made-up sound.
    func channels() throws -> Int {
        switch source {
        case .file(let path, _, _): try AudioFile.info(path).channels
        case .synthetic: 1
        }
    }
}
