import Autograd
import Configuration
import SpeechEmotion
import Testing

@Suite struct FeatureAugmentationTests {
    private struct Holder: Options {
        var changes: [AnyFeatureAugmentation] = []
        static let fields: [Field<Self>] = [.init("changes", \.changes, "The changes.")]
    }

    private func made(_ json: String) throws -> any FeatureAugmentation {
        let holder = try Holder.decode(text: "{\"changes\": [\(json)]}")
        return try #require(holder.changes.first).value
    }

    private let sequence = Features(
        shape: [50, 12], values: (0..<600).map { Float(($0 * 37) % 101) + 1 }, length: 40)

    private let picture = Features(
        shape: [24, 30, 3], values: (0..<24 * 30 * 3).map { Float(($0 * 29) % 97) / 48 - 1 })

    @Test(arguments: [
        "{\"type\": \"time_mask\", \"width\": 15}", "{\"type\": \"frequency_mask\", \"value\": \"zero\"}",
        "{\"type\": \"spec_augment\"}", "{\"type\": \"vtlp\"}",
        "{\"type\": \"feature_noise\", \"std\": 1}",
    ]) func sequencesKeepShapeAndPadding(_ json: String) throws {
        let change = try made(json)
        var differed = false
        for seed in 0..<20 {
            let changed = try change(sequence, RandomGenerator(seed: UInt64(seed)))
            #expect(changed.shape == sequence.shape && changed.length == 40)
            #expect(changed.values[(40 * 12)...] == sequence.values[(40 * 12)...], "padding was touched")
            #expect(changed.values.allSatisfy { $0.isFinite })
            #expect(try change(sequence, RandomGenerator(seed: UInt64(seed))) == changed)
            differed = differed || changed != sequence
        }
        #expect(differed)
    }

    @Test func masksHideAtMostWhatTheySay() throws {
        let mask = try made("{\"type\": \"time_mask\", \"width\": 7, \"value\": \"zero\"}")
        var widths = Set<Int>()
        for seed in 0..<200 {
            let changed = try mask(sequence, RandomGenerator(seed: UInt64(seed)))
            let hidden = (0..<40).filter { frame in
                (0..<12).allSatisfy { changed.values[frame * 12 + $0] == 0 }
            }
            #expect(hidden.isEmpty || hidden == Array(hidden[0]...hidden[0] + hidden.count - 1))
            widths.insert(hidden.count)
        }
        #expect(widths == Set(0...7))
    }

    @Test func oneFrameAndNoneAreEnough() throws {
        for json in ["{\"type\": \"time_mask\"}", "{\"type\": \"spec_augment\"}", "{\"type\": \"vtlp\"}"] {
            let change = try made(json)
            for length in [0, 1] {
                let tiny = Features(shape: [2, 1], values: [1, 2], length: length)
                for seed in 0..<20 { _ = try change(tiny, RandomGenerator(seed: UInt64(seed))) }
            }
        }
    }

    @Test func aWarpMovesAPeak() throws {
        var tone = Features(shape: [1, 41], values: Array(repeating: 0, count: 41))
        tone.values[20] = 1
        let warp = try made("{\"type\": \"vtlp\", \"factor\": [1.2, 1.2]}")
        let up = try warp(tone, RandomGenerator(seed: 1))
        #expect(up.values.firstIndex(of: up.values.max() ?? 0) == 24)
        let nothing = try made("{\"type\": \"vtlp\", \"factor\": [1, 1]}")
        let same = try nothing(tone, RandomGenerator(seed: 1))
        #expect(same == tone)
    }

    @Test func picturesFlipMoveAndChangeColour() throws {
        let flip = try made("{\"type\": \"horizontal_flip\", \"probability\": 1}")
        let generator = RandomGenerator(seed: 4)
        let flipped = try flip(picture, generator)
        #expect(flipped != picture && flipped.values[0] == picture.values[29 * 3])
        #expect(try flip(flipped, generator) == picture)

        let still = try made(
            "{\"type\": \"affine\", \"degrees\": 0, \"translate\": 0, \"scale\": [1, 1], \"interpolation\": \"bilinear\"}"
        )
        #expect(try still(picture, generator) == picture)
        let move = try made("{\"type\": \"affine\"}")
        let moved = try move(picture, generator)
        #expect(moved != picture && moved.values.allSatisfy { $0 >= -1 && $0 <= 1.03 })

        let colours = try made("{\"type\": \"color_jitter\"}")
        let jittered = try colours(picture, generator)
        #expect(jittered != picture && jittered.values.allSatisfy { $0 >= -1 && $0 <= 1 })
        let none = try made(
            "{\"type\": \"color_jitter\", \"brightness\": 0, \"contrast\": 0, \"saturation\": 0}")
        let unchanged = try none(picture, generator)
        #expect(zip(unchanged.values, picture.values).allSatisfy { abs($0 - min(1, $1)) < 1e-5 })
    }

    @Test func shapesThatDoNotFitAreSaid() throws {
        let mask = try made("{\"type\": \"time_mask\"}")
        let problem = #expect(throws: InputError.self) { try mask(picture, RandomGenerator(seed: 1)) }
        #expect(
            problem?.description
                == "time_mask: found features of shape [24, 30, 3]; allowed: a sequence, [frames, channels]")
        #expect(throws: InputError.self) { try made("{\"type\": \"horizontal_flip\"}").check([50, 12]) }
    }

    @Test func probabilityIsKept() throws {
        let sometimes = try made("{\"type\": \"feature_noise\", \"std\": 1, \"probability\": 0.3}")
        let changed = try (0..<400).count {
            try sometimes(sequence, RandomGenerator(seed: UInt64($0))) != sequence
        }
        #expect((90...150).contains(changed))
    }
}
