import Autograd
import Configuration
import Foundation
import SpeechEmotion
import SpeechTestSupport
import Testing

@Suite struct RoomSimulationTests {
    private let room = ShoeboxRoom(
        size: [5, 4, 3], speaker: [1.2, 1.5, 1.3], microphone: [3.5, 2.2, 1.6], seconds: 0.4)

    /// The images of up to two reflections, found by mirroring at one wall after the other.
    private func mirrored() -> [(distance: Double, reflections: Int)] {
        struct Image: Hashable { var place: [Int] }
        // In millimeters, so that images that are reached in several orders are equal.
        var seen: Set<[Int]> = [[1200, 1500, 1300]]
        var last = seen
        var found: [(Double, Int)] = []
        for order in 1...2 {
            var next: Set<[Int]> = []
            for image in last {
                for (axis, size) in [5000, 4000, 3000].enumerated() {
                    for wall in [0, size] {
                        var other = image
                        other[axis] = 2 * wall - image[axis]
                        if seen.insert(other).inserted { next.insert(other) }
                    }
                }
            }
            found += next.map { image in
                let offsets = zip(image, [3500, 2200, 1600]).map { Double($0 - $1) / 1000 }
                return (offsets.reduce(0) { $0 + $1 * $1 }.squareRoot(), order)
            }
            last = next
        }
        return found
    }

    /// The first reflections come where mirroring puts them, with the amplitude of the distance and of the walls.
    @Test func earlyReflections() {
        let rate = 48_000
        let (response, skip) = room.reflections(rate: rate, most: 96_000, RandomGenerator(seed: 1))
        let direct = (2.3 * 2.3 + 0.7 * 0.7 + 0.3 * 0.3).squareRoot()
        let images = mirrored().sorted { $0.distance < $1.distance }
        #expect(images.count == 6 + 18)
        for (distance, reflections) in images.prefix(4) {
            let place = (distance - direct) / 343 * Double(rate) + Double(skip)
            let near = response[Int(place) - 4..<Int(place) + 6]
            let peak = near.map { abs($0) }.max() ?? 0
            let expected = pow(room.reflection, Double(reflections)) * direct / distance
            // The impulse lies between samples, the filter takes some of it.
            #expect(Double(peak) > 0.6 * expected && Double(peak) < 1.1 * expected, "\(distance) m")
        }
        let first = (images[0].distance - direct) / 343 * Double(rate) + Double(skip)
        #expect(response[..<(Int(first) - 20)].allSatisfy { abs($0) < 1e-3 })
    }

    /// The energy decays by 60 dB in the reverberation time (from -5 to -25 dB of the energy that is left).
    @Test(arguments: [0.2, 0.4, 0.8]) func decay(_ seconds: Double) {
        let room = ShoeboxRoom(
            size: [5.3, 4.1, 2.9], speaker: [1.2, 1.5, 1.3], microphone: [3.5, 2.2, 1.6], seconds: seconds)
        let response = room.reflections(rate: 16_000, most: 32_000, RandomGenerator(seed: 1)).response
        #expect(response.count >= Int(seconds * 16_000))
        var left = 0.0
        let energy =
            response.reversed().map { value -> Double in
                left += Double(value) * Double(value)
                return left
            }.reversed() as [Double]
        func time(_ level: Double) -> Double {
            Double(energy.firstIndex { 10 * log10($0 / energy[0]) < level } ?? 0) / 16_000
        }
        let measured = 3 * (time(-25) - time(-5))
        #expect(abs(measured / seconds - 1) < 0.3, "\(measured) s instead of \(seconds) s")
    }

    /// The direct sound keeps its time and level.
    @Test func directSound() throws {
        var click = [Float](repeating: 0, count: 8000)
        click[50] = 0.5
        for seed in 0..<8 as Range<UInt64> {
            let made = try RoomSimulation()(Waveform(click, rate: 16_000), RandomGenerator(seed: seed))
                .samples
            #expect(made[..<30].allSatisfy { abs($0) < 0.02 })
            #expect(abs(made[50] - 0.5) < 0.06)
            #expect(made[100...].contains { abs($0) > 0.01 })
        }
    }

    @Test func reversedBoundsAreNamed() {
        #expect(throws: ConfigurationError.self) {
            try RoomSimulation.decode(text: #"{"seconds": [1, 0.5]}"#)
        }
        #expect(throws: ConfigurationError.self) { try RoomSimulation.decode(text: #"{"length": 0}"#) }
    }

    /// A response of two impulses is one echo; the direct sound is where it was, whatever the level of the file.
    @Test func responsesFromFiles() throws {
        let folder = try TestFolder()
        var response = [Float](repeating: 0, count: 4000)
        (response[200], response[1000]) = (-0.25, 0.125)
        let other = [Float](repeating: 0.5, count: 4000)
        try AudioFile.write(
            channels: [Waveform(response, rate: 16_000), Waveform(other, rate: 16_000)],
            to: folder.file("room.wav"), as: .wavFloat)
        var augmentation = ImpulseResponse()
        augmentation.folder = folder.path
        let wave = TestSound.voice(count: 5000)
        let made = try augmentation(wave, RandomGenerator(seed: 1))
        #expect(made.count == 5000)
        for i in stride(from: 0, to: 5000, by: 37) {
            let echo = i >= 800 ? -0.5 * wave.samples[i - 800] : 0
            #expect(abs(made.samples[i] - wave.samples[i] - echo) < 1e-4)
        }
    }

    @Test func uselessResponsesAreNamed() throws {
        let folder = try TestFolder()
        try AudioFile.write(
            Waveform([Float](repeating: 0, count: 100), rate: 16_000), to: folder.file("silent.wav"))
        var augmentation = ImpulseResponse()
        augmentation.folder = folder.path
        let silent = #expect(throws: FileError.self) {
            try augmentation(TestSound.voice(), RandomGenerator(seed: 1))
        }
        #expect(silent.map { "\($0)" }?.contains("silent.wav") == true)
        let long = try TestFolder()
        try AudioFile.write(
            TestSound.noise(1, rate: 8000, count: 8000 * 31), to: long.file("speech.wav"))
        augmentation.folder = long.path
        #expect(throws: FileError.self) { try augmentation(TestSound.voice(), RandomGenerator(seed: 1)) }
    }
}
