import Autograd

/// The extended Geneva Minimalistic Acoustic Parameter Set, eGeMAPSv02 (Eyben et al. 2016): 25 low-level descriptors in
/// frames with a hop of 10 ms, and 88 functionals of a recording.
public struct EGeMAPS: Sendable {
    /// The sample rates in Hz that are supported.
    public static let sampleRates = 8000...192_000
    /// The time between frames in seconds.
    static let hop = 0.01

    /// The sample rate in Hz.
    public let sampleRate: Int
    private let short: ShortTermDescriptors.Tables
    private let voice: VoiceDescriptors.Tables

    /// Creates the windows and filter banks for a sample rate. Throws if it is outside `sampleRates`.
    ///
    /// Recordings are not resampled. Frames have 20 and 60 ms at every rate, rounded to samples, and transforms the next
    /// power of two. Below 16 kHz the mel bands end at half the sample rate.
    public init(sampleRate: Int) throws(InputError) {
        guard Self.sampleRates.contains(sampleRate) else {
            throw InputError(
                "sample rate", found: "\(sampleRate) Hz",
                allowed: "\(Self.sampleRates.lowerBound) to \(Self.sampleRates.upperBound) Hz")
        }
        self.sampleRate = sampleRate
        short = ShortTermDescriptors.Tables(sampleRate: sampleRate)
        voice = VoiceDescriptors.Tables(sampleRate: sampleRate)
    }

    /// The smallest number of samples of a recording: 60 ms.
    public var minimumSamples: Int { voice.geometry.length }

    /// The hop of frames in samples at a sample rate: 10 ms.
    public static func hopLength(sampleRate: Int) -> Int { FrameGeometry.samples(10, sampleRate) }

    /// The number of frames of the descriptors of a recording; nil below `minimumSamples`.
    public func frames(of samples: Int) -> Int? {
        let frames = voice.geometry.frames(of: samples)
        return frames > 0 ? frames + 1 : nil
    }

    /// Computes the low-level descriptors of mono samples between -1 and 1.
    ///
    /// Samples are rounded towards zero to 16 bits, as in the reference; louder ones are clipped. Throws for a recording
    /// shorter than `minimumSamples` and for samples that are not finite.
    public func descriptors(_ samples: [Float]) throws(InputError) -> LowLevelDescriptors {
        let analysis = try analyze(samples)
        return LowLevelDescriptors(frames: analysis.frames + 1, hop: Self.hop, values: analysis.descriptors())
    }

    /// Computes the 88 functionals of mono samples between -1 and 1, in the order of `functionalNames`. They are always
    /// finite: functionals of voiced frames are 0 without voiced frames, and -201 for the amplitudes of formants.
    ///
    /// Throws as `descriptors` does.
    public func functionals(_ samples: [Float]) throws(InputError) -> [Float] {
        Functionals(try analyze(samples)).values()
    }

    /// Computes the functionals of many recordings in parallel. The results do not depend on the number of threads.
    public func functionals(of recordings: [[Float]]) throws(InputError) -> [[Float]] {
        var results = [Result<[Float], InputError>](repeating: .success([]), count: recordings.count)
        results.withUnsafeMutableBufferPointer { results in
            // Each chunk writes an element of its own.
            nonisolated(unsafe) let results = results
            Parallel.chunks(recordings.count) { i in
                results[i] = Result { () throws(InputError) in try functionals(recordings[i]) }
            }
        }
        var values: [[Float]] = []
        for (i, result) in results.enumerated() {
            switch result {
            case .success(let functionals): values.append(functionals)
            case .failure(let error):
                throw InputError("recording \(i), \(error)")
            }
        }
        return values
    }

    private func analyze(_ samples: [Float]) throws(InputError) -> Analysis {
        guard samples.count >= minimumSamples else {
            throw InputError(
                "samples", found: "\(samples.count)",
                allowed: "at least \(minimumSamples), 60 ms at \(sampleRate) Hz")
        }
        if let place = samples.firstIndex(where: { !$0.isFinite }) {
            throw InputError("sample \(place)", found: "\(samples[place])", allowed: "finite values")
        }
        let quantized = samples.map { sample in
            (Double(min(max(sample * 32768, -32768), 32767)).rounded(.towardZero)) / 32767
        }
        return Analysis(quantized, short, voice)
    }
}
