import Autograd
import Foundation

/// A rectangular room with a speaker and a microphone, whose reflections follow from the image method (Allen and Berkley
/// 1979).
package struct ShoeboxRoom {
    /// The dimensions in meters.
    let size: [Double]
    /// The positions in meters from a corner.
    let speaker, microphone: [Double]
    /// The factor of the amplitude for each reflection.
    package let reflection: Double
    /// The reverberation time in seconds.
    let seconds: Double

    /// The speed of sound in meters per second.
    static let speed = 343.0
    /// The number of images up to which reflections are exact. Later ones are too dense to be heard separately: decaying
    /// noise continues them.
    static let mostImages = 200_000.0

    package init(size: [Double], speaker: [Double], microphone: [Double], seconds: Double) {
        (self.size, self.speaker, self.microphone, self.seconds) = (size, speaker, microphone, seconds)
        let volume = size.reduce(1, *)
        let walls = 2 * (size[0] * size[1] + size[1] * size[2] + size[0] * size[2])
        // Eyring: an energy of 10^(-6 t / RT60) after c S t / (4 V) reflections.
        reflection = exp(-12 * log(10) * volume / (Self.speed * walls * seconds))
    }

    /// Places the microphone at random, and the speaker in a random direction from it, at a distance that the room may
    /// limit.
    init(size: [Double], seconds: Double, distance: Double, _ generator: RandomGenerator) {
        let microphone = size.map { $0 * (0.2 + 0.6 * generator.uniform()) }
        let rise = 2 * generator.uniform() - 1
        let turn = 2 * Double.pi * generator.uniform()
        let level = (1 - rise * rise).squareRoot()
        let direction = [level * cos(turn), level * sin(turn), rise]
        var room = distance
        for axis in 0..<3 where direction[axis] != 0 {
            let wall = direction[axis] > 0 ? size[axis] - microphone[axis] : microphone[axis]
            room = min(room, 0.9 * wall / abs(direction[axis]))
        }
        self.init(
            size: size, speaker: (0..<3).map { microphone[$0] + room * direction[$0] },
            microphone: microphone, seconds: seconds)
    }

    /// Returns the reflections relative to a direct sound of amplitude 1 at the sample `skip`.
    ///
    /// - Parameter most: The maximum number of samples after the direct sound.
    package func reflections(rate: Int, most: Int, _ generator: RandomGenerator) -> (
        response: [Float], skip: Int
    ) {
        let skip = FractionalDelay.reach
        let offsets = zip(speaker, microphone).map { $0 - $1 }
        let direct = max(offsets.reduce(0) { $0 + $1 * $1 }.squareRoot(), 0.01)
        let perMeter = Double(rate) / Self.speed
        let count = min(most, 1 << 19, Int((seconds * Double(rate)).rounded(.up)))
        guard count > 0 else { return ([0], 0) }
        let volume = size.reduce(1, *)
        let exact = pow(Self.mostImages * volume * 3 / (4 * Double.pi), 1 / 3.0)
        let reach = min(direct + Double(count) / perMeter, exact)
        var sum = [Double](repeating: 0, count: count + 2 * skip + 1)
        addImages(upTo: reach) { distance, reflections in
            let gain = pow(reflection, Double(reflections)) * direct / distance
            FractionalDelay.add(gain, at: (distance - direct) * perMeter + Double(skip), to: &sum)
        }
        let end = min(max(skip + Int((reach - direct) * perMeter), skip), sum.count)
        // Before the tail: at low frequencies, dense images would exceed the level that continues.
        Self.removeLowFrequencies(&sum, rate: rate)
        for i in end..<sum.count { sum[i] = 0 }
        addTail(from: end, to: &sum, rate: rate, generator)
        return (sum.map { Float($0) }, skip)
    }

    /// Calls `body` with the distance and the number of reflections of every image of the speaker within `reach` meters of
    /// the microphone, except the speaker itself.
    private func addImages(upTo reach: Double, _ body: (Double, Int) -> Void) {
        let axes = (0..<3).map { axis -> [(square: Double, reflections: Int)] in
            let most = Int(reach / (2 * size[axis])) + 1
            return (-most...most).flatMap { n in
                [0, 1].map { mirrored in
                    let place = (1 - 2 * Double(mirrored)) * speaker[axis] + 2 * Double(n) * size[axis]
                    let offset = place - microphone[axis]
                    return (offset * offset, abs(n - mirrored) + abs(n))
                }
            }
        }
        let limit = reach * reach
        for x in axes[0] where x.square <= limit {
            for y in axes[1] where x.square + y.square <= limit {
                for z in axes[2] {
                    let square = x.square + y.square + z.square
                    let reflections = x.reflections + y.reflections + z.reflections
                    if square <= limit, reflections > 0 { body(square.squareRoot(), reflections) }
                }
            }
        }
    }

    /// Continues the response after `start` with decaying noise of the level that the images have before it.
    private func addTail(from start: Int, to sum: inout [Double], rate: Int, _ generator: RandomGenerator) {
        let before = sum[max(0, start - rate / 50)..<start]
        guard start < sum.count, !before.isEmpty else { return }
        let level = (before.reduce(0) { $0 + $1 * $1 } / Double(before.count)).squareRoot()
        let noise = generator.normals(sum.count - start)
        for (step, value) in noise.enumerated() {
            sum[start + step] += level * Double(value) * pow(1000, -Double(step) / (seconds * Double(rate)))
        }
    }

    /// A high-pass filter at 100 Hz (Allen and Berkley 1979): the images alone have too much energy below.
    private static func removeLowFrequencies(_ samples: inout [Double], rate: Int) {
        let turn = 2 * Double.pi * 100 / Double(rate)
        let decay = exp(-turn)
        let (b1, b2, a1) = (2 * decay * cos(turn), -decay * decay, -(1 + decay))
        var (last, beforeLast) = (0.0, 0.0)
        for i in samples.indices {
            let state = samples[i] + b1 * last + b2 * beforeLast
            samples[i] = state + a1 * last + decay * beforeLast
            (beforeLast, last) = (last, state)
        }
    }
}

/// Adds impulses between samples, as a sinc function under a Hann window.
enum FractionalDelay {
    /// The number of samples on both sides.
    static let reach = 16
    private static let phases = 128
    /// The taps of each phase: 2 * reach values.
    private static let taps: [Double] = (0...phases).flatMap { phase -> [Double] in
        let fraction = Double(phase) / Double(phases)
        return (0..<2 * reach).map { tap in
            let x = Double(tap - reach + 1) - fraction
            guard abs(x) > 1e-9 else { return 1 }
            return sin(Double.pi * x) / (Double.pi * x) * 0.5 * (1 + cos(Double.pi * x / Double(reach)))
        }
    }

    /// Adds an impulse at a position; parts outside are omitted.
    static func add(_ gain: Double, at place: Double, to samples: inout [Double]) {
        let whole = Int(place.rounded(.down))
        let phase = Int(((place - Double(whole)) * Double(phases)).rounded())
        let first = whole - reach + 1
        guard first < samples.count, first + 2 * reach > 0 else { return }
        taps.withUnsafeBufferPointer { taps in
            for tap in max(0, -first)..<min(2 * reach, samples.count - first) {
                samples[first + tap] += gain * taps[phase * 2 * reach + tap]
            }
        }
    }
}
