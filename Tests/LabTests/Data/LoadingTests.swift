import SpeechTestSupport
import Lab
import Training
import Autograd
import Configuration
import Layers
import SpeechEmotion
import Synchronization
import Testing

/// Batches of clips whose features are made up.
@Suite struct LoadingTests {
    /// Three frames of two numbers: which clip it is, and the first sample of its sound, 0.5 where nothing changes it.
    final class MadeUp: FeatureSource {
        let shape = [3, 2]
        let broken: Set<String>
        let asked = Mutex<[String: Int]>([:])

        init(broken: Set<String> = []) { self.broken = broken }

        func features(of clip: Clip, transforms: [WaveformTransform?]) throws -> [Features] {
            try transforms.map { try features(of: clip, $0) }
        }

        private func features(of clip: Clip, _ transform: WaveformTransform?) throws -> Features {
            asked.withLock { $0[clip.id, default: 0] += 1 }
            if broken.contains(clip.id) {
                throw FileError(file: clip.id, place: "header", found: "damage", allowed: "a sound")
            }
            let sound = Waveform([0.5, -0.5], rate: 100)
            let sample = try (transform?.apply(sound) ?? sound).samples[0]
            let number = Float(clip.id.dropFirst(5)) ?? -1
            return Features(shape: shape, values: [number, sample, number, sample, 0, 0], length: 2)
        }
    }

    /// Adds a number drawn from the generator.
    struct Shift: WaveAugmentation {
        static let type = "shift_by_a_draw"
        static let fields: [Field<Self>] = []
        var probability: Double { 1 }
        func change(_ wave: Waveform, _ generator: RandomGenerator) -> Waveform {
            Waveform(wave.samples.map { $0 + Float(generator.uniform()) }, rate: wave.rate)
        }
    }

    private let clips = (0..<23).map {
        Clip(
            id: "clip \($0)", source: .file(path: "none", start: nil, end: nil),
            label: $0 % 3 == 0 ? "a" : "b")
    }

    private func set(_ plan: AugmentationPlan = AugmentationPlan(), _ source: MadeUp = MadeUp()) throws
        -> TrainingSet
    {
        try TrainingSet(
            clips, FeatureLoading(source: source, classes: ["a", "b"]), plan: plan, batch: 5,
            generator: RandomGenerator(seed: 4))
    }

    private func numbers(_ batch: Batch) -> [[Real]] {
        (0..<batch.ids.count).map {
            [batch.inputs.tensor.item(at: $0, 0, 0), batch.inputs.tensor.item(at: $0, 0, 1)]
        }
    }

    @Test func everyExampleOnceInEveryEpochInAnotherOrder() throws {
        let set = try set()
        #expect(set.count == 5 && set.examples == 23)
        var orders: [[String]] = []
        for epoch in 0..<3 {
            let ids = try (0..<set.count).flatMap { try set.batch(epoch: epoch, index: $0).ids }
            #expect(Set(ids) == Set(clips.map(\.id)) && ids.count == 23)
            orders.append(ids)
        }
        #expect(orders[0] != orders[1] && orders[1] != orders[2])
        let batch = try set.batch(epoch: 0, index: 4)
        #expect(batch.ids.count == 3 && batch.inputs.lengths == [2, 2, 2])
        #expect(batch.inputs.tensor.shape == [3, 3, 2])
        guard case .classes(let labels) = batch.targets else { return #expect(Bool(false)) }
        for (row, id) in batch.ids.enumerated() {
            let number = try #require(Int(id.dropFirst(5)))
            #expect(labels.values[row] == (number % 3 == 0 ? 0 : 1))
            #expect(batch.inputs.tensor.item(at: row, 1, 0) == Real(number))
        }
    }

    @Test func everyRowOfThePlanIsAnExample() throws {
        var plan = AugmentationPlan()
        plan.copies = [
            [], [AnyWaveAugmentation(Shift())], [AnyWaveAugmentation(Shift()), AnyWaveAugmentation(Shift())],
        ]
        let set = try set(plan)
        #expect(set.examples == 69 && set.classCounts(2) == [24, 45])
        let all = try (0..<set.count).flatMap { index in
            let batch = try set.batch(epoch: 0, index: index)
            return zip(batch.ids, numbers(batch)).map { ($0, $1) }
        }
        for (id, values) in all {
            if id.hasSuffix("#1") {
                #expect(values[1] > 0.5 && values[1] < 1.5)
            } else if id.hasSuffix("#2") {
                #expect(values[1] > 0.5 && values[1] < 2.5)
            } else {
                #expect(values[1] == 0.5)
            }
        }
        #expect(Set(all.map { $0.1[1] }).count == 1 + 2 * 23)
    }

    @Test(arguments: [false, true]) func aBatchDependsOnItsPlaceAlone(isFresh: Bool) throws {
        var plan = AugmentationPlan()
        plan.copies = [[], [AnyWaveAugmentation(Shift())]]
        if isFresh { plan.waveform = [AnyWaveAugmentation(Shift())] }
        var noise = FeatureNoise()
        noise.deviation = 0.01
        plan.features = [AnyFeatureAugmentation(noise)]
        let threads = Parallel.threads
        defer { Parallel.threads = threads }
        var seen: [[[[Real]]]] = []
        for count in [1, 2, 3, 7] {
            Parallel.threads = count
            let set = try set(plan)
            seen.append(
                try (0..<2).flatMap { epoch in
                    try (0..<set.count).map { numbers(try set.batch(epoch: epoch, index: $0)) }
                })
            // From the middle of the second epoch, as after a resume.
            let resumed = try self.set(plan)
            #expect(numbers(try resumed.batch(epoch: 1, index: 3)) == seen[0][set.count + 3])
        }
        #expect(seen.allSatisfy { $0 == seen[0] })
        #expect(seen[0][0] != seen[0][seen[0].count / 2])
    }

    @Test func freshSoundsDifferBetweenEpochs() throws {
        var plan = AugmentationPlan()
        plan.waveform = [AnyWaveAugmentation(Shift())]
        let set = try set(plan)
        func samples(_ epoch: Int) throws -> [String: Real] {
            var found: [String: Real] = [:]
            for index in 0..<set.count {
                let batch = try set.batch(epoch: epoch, index: index)
                for (id, values) in zip(batch.ids, numbers(batch)) { found[id] = values[1] }
            }
            return found
        }
        let (first, second) = (try samples(0), try samples(1))
        #expect(first.count == 23 && first.allSatisfy { second[$0.key] != $0.value })
    }

    @Test func clipsThatCannotBeReadAreListedOrStopIt() throws {
        let source = MadeUp(broken: ["clip 3", "clip 20"])
        let set = try set(AugmentationPlan(), source)
        #expect(set.examples == 21 && set.clips.count == 21)
        #expect(set.omissions.map(\.file) == ["clip 3", "clip 20"])
        #expect(set.omissions[0].reason == "header: found damage; allowed: a sound")
        #expect(throws: FileError.self) {
            try EvaluationSet(
                clips, FeatureLoading(source: source, classes: ["a", "b"], isStrict: true), batch: 4)
        }
        #expect(throws: InputError.self) {
            try EvaluationSet(
                Array(clips[3...3]), FeatureLoading(source: source, classes: ["a", "b"]), batch: 4)
        }
        let stranger = #expect(throws: InputError.self) {
            try EvaluationSet(clips, FeatureLoading(source: source, classes: ["a"]), batch: 4)
        }
        #expect(stranger?.description == "the clip \"clip 1\": found the class \"b\"; allowed: a")
    }

    @Test func evaluationKeepsTheOrder() throws {
        let source = MadeUp()
        let set = try EvaluationSet(clips, FeatureLoading(source: source, classes: ["a", "b"]), batch: 10)
        #expect(set.count == 3)
        #expect((0..<3).flatMap { set.batch($0).ids } == clips.map(\.id))
        #expect(source.asked.withLock { $0.values.allSatisfy { $0 == 1 } })
    }

    /// Zeros at the end are not kept in memory; what comes back has all of them, and signs.
    @Test func paddingComesBackToTheBit() throws {
        struct Ending: FeatureSource {
            let shape = [3, 2]
            static let values: [String: [Float]] = [
                "whole": [1, 2, 3, 4, 5, 6], "padded": [1, 0, 0, 0, 0, 0], "silent": [0, 0, 0, 0, 0, 0],
                "signed": [1, 2, -0.0, 0, -0.0, 0],
            ]
            func features(of clip: Clip, transforms: [WaveformTransform?]) -> [Features] {
                transforms.map { _ in Features(shape: shape, values: Self.values[clip.id] ?? [], length: 3) }
            }
        }
        let clips = Ending.values.keys.sorted().map {
            Clip(id: $0, source: .file(path: "none", start: nil, end: nil), label: "a")
        }
        let loading = FeatureLoading(source: Ending(), classes: ["a"])
        let set = try EvaluationSet(clips, loading, batch: 10)
        for (number, clip) in clips.enumerated() {
            let found = set.features(number)
            #expect(found.length == 3 && found.shape == [3, 2])
            #expect(found.values.map(\.bitPattern) == Ending.values[clip.id]?.map(\.bitPattern), "\(clip.id)")
        }
        #expect(
            set.batch(0).inputs.tensor.array == clips.flatMap { Ending.values[$0.id] ?? [] }.map { Real($0) })
    }

    @Test func aDrawMayRepeatExamples() throws {
        let set = try TrainingSet(
            clips, FeatureLoading(source: MadeUp(), classes: ["a", "b"]), batch: 8,
            generator: RandomGenerator(seed: 1),
            draw: { labels in labels.indices.filter { labels[$0] == 0 }.flatMap { [$0, $0] } })
        #expect(set.examples == 16 && set.classCounts(2) == [16, 0])
    }
}
