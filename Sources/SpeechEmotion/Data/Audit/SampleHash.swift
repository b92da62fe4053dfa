/// A 128-bit hash of all samples of a waveform, their order and the sample rate.
struct SampleHash: Sendable, Hashable {
    var first: UInt64
    var second: UInt64

    init(first: UInt64, second: UInt64) {
        self.first = first
        self.second = second
    }

    init(_ wave: Waveform) {
        var (a, b) = (UInt64(wave.rate) &+ 0x9E37_79B9_7F4A_7C15, UInt64(wave.count) &+ 0xD1B5_4A32_D192_ED03)
        wave.samples.withUnsafeBufferPointer { samples in
            for sample in samples {
                // Zero has two signs; adding it makes them one.
                let bits = UInt64((sample + 0).bitPattern)
                a = (a ^ bits) &* 0x2545_F491_4F6C_DD1D
                a ^= a >> 32
                b = (b &+ bits) &* 0xBF58_476D_1CE4_E5B9
                b ^= b >> 29
            }
        }
        (first, second) = (a, b)
    }
}
