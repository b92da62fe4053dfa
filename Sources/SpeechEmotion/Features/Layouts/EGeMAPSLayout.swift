import Configuration
import GeMAPS

/// The 88 functionals of the extended Geneva Minimalistic Acoustic Parameter Set.
public struct EGeMAPSLayout: FeatureLayout {
    public static let type = "egemaps"
    public static let summary =
        "The 88 functionals of eGeMAPSv02 (Eyben et al. 2016) under the names of openSMILE. Loudness, spectrum and MFCCs equal openSMILE's; formants, jitter and shimmer are computed differently, and F0 differs in some frames."
    public static let fields: [Field<Self>] = []

    private static let extractors = SharedTables<Int, EGeMAPS>(limit: 8)

    public init() {}

    /// [88]
    public var outputShape: [Int] { [EGeMAPS.functionalNames.count] }
    /// The names of openSMILE, such as `F0semitoneFrom27.5Hz_sma3nz_amean`.
    public var names: [String] { EGeMAPS.functionalNames }

    /// Throws if the sample rate is not supported.
    public func check(rate: Int) throws(DataError) { _ = try extractor(rate) }

    /// Computes the functionals of the whole waveform.
    public func features(of analysis: WaveformAnalysis) throws(DataError) -> Features {
        let extractor = try extractor(analysis.wave.rate)
        do throws(GeMAPSError) {
            let values = try extractor.functionals(analysis.wave.samples)
            return Features(shape: [values.count], values: values)
        } catch {
            throw DataError("egemaps, \(error.place)", found: error.found, allowed: error.allowed)
        }
    }

    private func extractor(_ rate: Int) throws(DataError) -> EGeMAPS {
        do {
            return try Self.extractors(rate) { try EGeMAPS(sampleRate: rate) }
        } catch let error as GeMAPSError {
            throw DataError("egemaps, \(error.place)", found: error.found, allowed: error.allowed)
        } catch {
            throw DataError("egemaps", found: "\(error)", allowed: "a supported sample rate")
        }
    }
}
