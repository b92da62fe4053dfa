import Autograd
import Configuration
import GeMAPS

/// The 25 low-level descriptors of the extended Geneva Minimalistic Acoustic Parameter Set.
public struct EGeMAPSDescriptors: FrameFeature {
    /// The sample rate in Hz of the waveforms.
    public var sampleRate = 16000

    public static let type = "egemaps_lld"
    public static let summary =
        "The 25 low-level descriptors of eGeMAPSv02 (Eyben et al. 2016) every 10 ms, under the names of openSMILE; F0, jitter and other voice descriptors are 0 in unvoiced frames."
    public static let fields: [Field<Self>] = [
        .init(
            "sample_rate", \.sampleRate,
            "Sample rate in Hz, that of the pipeline; it determines the hop length of 10 ms.",
            .range(EGeMAPS.sampleRates))
    ]

    public init() {}
    /// Creates the feature for waveforms of a sample rate.
    public init(sampleRate: Int) { self.sampleRate = sampleRate }

    /// 25
    public var width: Int { EGeMAPS.descriptorNames.count }
    /// The names of openSMILE, such as `F0semitoneFrom27.5Hz_sma3nz`.
    public var names: [String] { EGeMAPS.descriptorNames }
    /// 10 ms in samples.
    public var hop: Int { EGeMAPS.hopLength(sampleRate: sampleRate) }

    public func frames(of samples: Int) -> Int? {
        (try? EGeMAPS.shared(rate: sampleRate, Self.type))?.frames(of: samples)
    }

    /// Throws if the rate is not `sampleRate`.
    public func check(rate: Int) throws(InputError) {
        guard rate == sampleRate else {
            throw InputError(
                "egemaps_lld, sample_rate", found: "\(sampleRate) Hz",
                allowed: "\(rate) Hz, the sample rate of the waveforms")
        }
    }

    /// Computes [frames, 25]. Throws for waveforms below 60 ms, of another rate, or that contain NaN or infinity.
    public func table(of analysis: WaveformAnalysis) throws(InputError) -> FrameTable {
        try check(rate: analysis.wave.rate)
        let extractor = try EGeMAPS.shared(rate: sampleRate, Self.type)
        do throws(InputError) {
            let found = try extractor.descriptors(analysis.wave.samples)
            return FrameTable(frames: found.frames, width: width, values: found.values)
        } catch {
            throw InputError("\(Self.type), \(error)")
        }
    }
}
