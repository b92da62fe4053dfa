/// An audio fingerprint, which identifies a recording, complete or in part, at another level or sample rate.
///
/// One code of 32 bits per 16 ms: each bit tells whether the energy difference of two neighboring bands rises or falls
/// (Haitsma and Kalker, ISMIR 2002). Frames last 256 ms, so that their alignment matters little.
struct AudioFingerprint: Sendable, Equatable {
    /// A hash of all samples and the sample rate. Equal for equal recordings, and for no others in practice.
    var samples: SampleHash
    /// The properties of the recording.
    var properties: RecordingProperties
    /// The duration in seconds.
    var duration: Double { properties.seconds }
    /// Whether all samples are zero.
    var isSilent: Bool
    var codes: [UInt32]
    /// Which frames are within 40 dB of the loudest; the others are noise.
    var isLoud: [Bool]

    /// The sample rate of fingerprints, and the hop in its samples.
    static let rate = 8000
    static let hop = 128
    private static let transform = 2048
    /// 33 bands from 200 to 3400 Hz, evenly spaced on a logarithmic scale.
    private static let bands: [Range<Int>] = {
        let edges = (0...33).map { index -> Int in
            var frequency = 200.0
            // A factor of 17^(1/33): exact enough, and the same on every machine.
            for _ in 0..<index { frequency *= 1.089_648_263_2 }
            return Int((frequency * Double(transform) / Double(rate)).rounded(.up))
        }
        return zip(edges, edges.dropFirst()).map { $0..<$1 }
    }()

    /// Computes the fingerprint of a waveform that was mixed down from a number of channels. One too short for a frame
    /// has no codes.
    init(_ wave: Waveform, channels: Int) throws {
        samples = SampleHash(wave)
        properties = RecordingProperties(wave, channels: channels)
        isSilent = wave.samples.allSatisfy { $0 == 0 }
        (codes, isLoud) = ([], [])
        let wave = isSilent ? Waveform([], rate: wave.rate) : try wave.resampled(to: Self.rate)
        guard wave.count >= Self.transform + Self.hop else { return }
        var options = STFT(fft: Self.transform, hop: Self.hop)
        options.isCentered = false
        let energies = Self.energies(try Spectrogram(powersOf: wave, options).bins)
        let loudest = energies.map(\.total).max() ?? 0
        for (before, now) in zip(energies, energies.dropFirst()) {
            var code: UInt32 = 0
            for bit in 0..<32 where now.steps[bit] > before.steps[bit] { code |= 1 << UInt32(bit) }
            codes.append(code)
            isLoud.append(now.total > loudest * 1e-4)
        }
    }

    /// Restores a stored fingerprint.
    init(
        samples: SampleHash, properties: RecordingProperties, isSilent: Bool, codes: [UInt32], isLoud: [Bool]
    ) {
        self.samples = samples
        self.properties = properties
        self.isSilent = isSilent
        self.codes = codes
        self.isLoud = isLoud
    }

    private struct Energies {
        /// The differences between neighboring bands.
        var steps: [Float]
        var total: Float
    }

    private static func energies(_ powers: FrameBlocks) -> [Energies] {
        let lanes = FrameBlocks.lanes
        var result: [Energies] = []
        var sums = [Float](repeating: 0, count: 33 * lanes)
        powers.withNumbers { numbers in
            for block in 0..<powers.blocks {
                let numbers = numbers + block * powers.width * lanes
                sums.withUnsafeMutableBufferPointer { sums in
                    for (band, bins) in bands.enumerated() {
                        for lane in 0..<lanes {
                            var sum: Float = 0
                            for bin in bins { sum += numbers[bin * lanes + lane] }
                            sums[band * lanes + lane] = sum
                        }
                    }
                }
                for lane in 0..<powers.lanes(of: block) {
                    let column = (0..<33).map { sums[$0 * lanes + lane] }
                    result.append(
                        Energies(
                            steps: zip(column, column.dropFirst()).map { $0 - $1 },
                            total: column.reduce(0, +)))
                }
            }
        }
        return result
    }
}
