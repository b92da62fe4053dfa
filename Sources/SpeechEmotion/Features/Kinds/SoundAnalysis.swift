/// A sound and what has been computed from it so far, so that features with equal options share their work.
///
/// Belongs to one thread; the results depend on nothing but the sound and the options.
public final class SoundAnalysis {
    /// The sound.
    public let wave: Waveform
    private var powers: [STFT: Spectrogram] = [:]
    private var sizes: [STFT: Spectrogram] = [:]
    private var preciseSizes: [STFT: Spectrogram] = [:]
    private var levels: [LevelsKey: FrameBlocks] = [:]
    private var tables: [AnyHashable: FrameTable] = [:]

    private struct LevelsKey: Hashable {
        let stft: STFT
        let bands: MelBands
        let decibels: Decibels
    }

    /// Nothing has been computed yet.
    public init(_ wave: Waveform) { self.wave = wave }

    /// The squared sizes of the bins.
    public func powers(_ stft: STFT) throws(SoundProblem) -> Spectrogram {
        if let known = powers[stft] { return known }
        let made = try Spectrogram(powersOf: wave, stft)
        powers[stft] = made
        return made
    }

    /// The sizes of the bins.
    public func sizes(_ stft: STFT) throws(SoundProblem) -> Spectrogram {
        if let known = sizes[stft] { return known }
        let made = try powers(stft).squareRoots
        sizes[stft] = made
        return made
    }

    /// The sizes of the bins, computed in Double.
    public func preciseSizes(_ stft: STFT) throws(SoundProblem) -> Spectrogram {
        if let known = preciseSizes[stft] { return known }
        let made = try Spectrogram(preciseSizesOf: wave, stft)
        preciseSizes[stft] = made
        return made
    }

    /// Mel bands of the powers in decibels.
    public func melLevels(_ stft: STFT, _ bands: MelBands, _ decibels: Decibels) throws(SoundProblem)
        -> FrameBlocks
    {
        let key = LevelsKey(stft: stft, bands: bands, decibels: decibels)
        if let known = levels[key] { return known }
        let made = try powers(stft).mel(bands).decibels(decibels)
        levels[key] = made
        return made
    }

    /// A feature of the sound. Equal features are computed once.
    public func callAsFunction(_ feature: any FrameFeature) throws(SoundProblem) -> FrameTable {
        let key = AnyHashable(feature)
        if let known = tables[key] { return known }
        let made = try feature.table(of: self)
        tables[key] = made
        return made
    }
}
