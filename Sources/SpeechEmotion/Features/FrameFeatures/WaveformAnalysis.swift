import Autograd

/// A waveform with the intermediate results computed from it, which features with equal options share.
///
/// Not thread-safe; results depend on nothing but the waveform and the options.
public final class WaveformAnalysis {
    /// The waveform.
    public let wave: Waveform
    private var powers: [STFT: Spectrogram] = [:]
    private var sizes: [STFT: Spectrogram] = [:]
    private var preciseMagnitudes: [STFT: Spectrogram] = [:]
    private var levels: [LevelsKey: FrameBlocks] = [:]
    private var tables: [AnyHashable: FrameTable] = [:]

    private struct LevelsKey: Hashable {
        let stft: STFT
        let bands: MelBands
        let decibels: Decibels
    }

    /// Creates an analysis without results yet.
    public init(_ wave: Waveform) { self.wave = wave }

    /// The power spectrogram.
    public func powers(_ stft: STFT) throws(InputError) -> Spectrogram {
        if let known = powers[stft] { return known }
        let made = try Spectrogram(powersOf: wave, stft)
        powers[stft] = made
        return made
    }

    /// The magnitude spectrogram.
    public func magnitudes(_ stft: STFT) throws(InputError) -> Spectrogram {
        if let known = sizes[stft] { return known }
        let made = try powers(stft).squareRoots
        sizes[stft] = made
        return made
    }

    /// The magnitude spectrogram, computed in double precision.
    public func preciseMagnitudes(_ stft: STFT) throws(InputError) -> Spectrogram {
        if let known = preciseMagnitudes[stft] { return known }
        let made = try Spectrogram(preciseMagnitudesOf: wave, stft)
        preciseMagnitudes[stft] = made
        return made
    }

    /// The mel spectrogram in decibels.
    public func melLevels(_ stft: STFT, _ bands: MelBands, _ decibels: Decibels) throws(InputError)
        -> FrameBlocks
    {
        let key = LevelsKey(stft: stft, bands: bands, decibels: decibels)
        if let known = levels[key] { return known }
        let made = try powers(stft).mel(bands).decibels(decibels)
        levels[key] = made
        return made
    }

    /// Computes a feature of the waveform. Equal features are computed once.
    public func callAsFunction(_ feature: any FrameFeature) throws(InputError) -> FrameTable {
        let key = AnyHashable(feature)
        if let known = tables[key] { return known }
        let made = try feature.table(of: self)
        tables[key] = made
        return made
    }
}
