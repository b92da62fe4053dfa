import Autograd
import Configuration
import GeMAPS

/// The 88 functionals of the extended Geneva Minimalistic Acoustic Parameter Set.
public struct EGeMAPSLayout: FeatureLayout {
    public static let type = "egemaps"
    public static let summary =
        "The 88 functionals of eGeMAPSv02 (Eyben et al. 2016) under the names of openSMILE. Most equal those of openSMILE up to rounding; functionals that depend on F0 or HNR can differ."
    public static let fields: [Field<Self>] = []

    public init() {}

    /// [88]
    public var outputShape: [Int] { [EGeMAPS.functionalNames.count] }
    /// The names of openSMILE, such as `F0semitoneFrom27.5Hz_sma3nz_amean`.
    public var names: [String] { EGeMAPS.functionalNames }

    /// Throws if the sample rate is not supported.
    public func check(rate: Int) throws(InputError) { _ = try EGeMAPS.shared(rate: rate, Self.type) }

    /// Computes the functionals of the whole waveform.
    public func features(of analysis: WaveformAnalysis) throws(InputError) -> Features {
        let extractor = try EGeMAPS.shared(rate: analysis.wave.rate, Self.type)
        do throws(InputError) {
            let values = try extractor.functionals(analysis.wave.samples)
            return Features(shape: [values.count], values: values)
        } catch {
            throw InputError("\(Self.type), \(error)")
        }
    }
}
