import Autograd
import Glibc

/// A speaker of the synthetic corpus: pitch, vocal tract and habits.
struct SyntheticSpeaker {
    /// The mean F0 in Hz.
    let pitch: Double
    /// The factor of all formants relative to a typical male vocal tract.
    let tract: Double
    /// The deviation of each of the first formants.
    let resonances: [Double]
    /// How clearly emotions are expressed.
    let expression: Double
    let pace: Double
    let tilt: Double
    let breath: Double

    init(number: Int, seed: UInt64) {
        let generator = RandomGenerator(seed: seed).split("speaker \(number)")
        let isWoman = number % 2 == 0
        pitch = (isWoman ? 205 : 118) * exp2(2 * generator.normal() / 12)
        tract = (isWoman ? 1.16 : 1) * (1 + 0.035 * generator.normal())
        resonances = (0..<5).map { _ in 1 + 0.03 * generator.normal() }
        expression = 0.8 + 0.4 * generator.uniform()
        pace = 0.07 * generator.normal()
        tilt = 1.2 * generator.normal()
        breath = 0.03 + 0.05 * generator.uniform()
    }
}
