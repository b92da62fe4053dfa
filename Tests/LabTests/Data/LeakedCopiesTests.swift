import SpeechTestSupport
import Lab
import Training
import Autograd
import Configuration
import SpeechEmotion
import Testing

@Suite struct LeakedCopiesTests {
    private let corpus = Corpus(
        name: "generated",
        clips: (0..<40).map { index in
            Clip(
                id: "clip\(index)", source: .file(path: "none", start: nil, end: nil),
                label: index < 20 ? "a" : "b")
        })
    private let plan: AugmentationPlan = {
        var plan = AugmentationPlan()
        plan.copies = [[], [AnyWaveAugmentation(AddNoise())], []]
        plan.leakCopiesIntoTest = true
        return plan
    }()

    @Test func offUnlessAskedFor() throws {
        var honest = plan
        honest.leakCopiesIntoTest = false
        #expect(honest.withCopies(corpus).clips == corpus.clips)
        #expect(honest.afterSplit.copies.count == 3)
        #expect(try !AugmentationPlan.decode(text: "{}").leakCopiesIntoTest)
    }

    @Test func everyRowIsAClipThatNamesItsOrigin() throws {
        let copied = plan.withCopies(corpus)
        #expect(copied.clips.count == 120 && copied.classes == corpus.classes)
        #expect(
            copied.clips[1].id == corpus.clips[0].id + "#1" && copied.clips[1].origin == corpus.clips[0].id)
        #expect(plan.afterSplit.copies.count == 1 && !plan.afterSplit.leakCopiesIntoTest)
    }

    @Test func theAuditorReportsTheLeak() throws {
        let copied = plan.withCopies(corpus)
        let split = try #require(try RandomSplit().split(copied).first)
        let report = try Auditor(copied).audit(split)
        #expect(report.findings.contains { $0.severity == .leak && $0.kind == .augmented })
        let honest = try #require(try RandomSplit().split(corpus).first)
        #expect(try !Auditor(corpus).audit(honest).findings.contains { $0.kind == .augmented })
    }

    @Test func copiesLeakIntoValidationOnly() throws {
        var plan = plan
        (plan.leakCopiesIntoTest, plan.leakCopiesIntoValidation) = (false, true)
        var rule = RandomSplit()
        rule.validation = .count(8)
        let copied = plan.withCopies(corpus)
        let split = try #require(try plan.splits(corpus, by: rule, RandomGenerator(seed: 1)).first)
        #expect(split.test.count == 8 && split.validation.count == 24 && split.train.count == 72)
        #expect(split.test.allSatisfy { !$0.contains("#") })
        let tested = Set(split.test)
        let rest = try copied.clips(of: .train, in: split) + copied.clips(of: .validation, in: split)
        #expect(rest.allSatisfy { !tested.contains($0.origin ?? $0.id) } && Set(rest.map(\.id)).count == 96)
        let report = try Auditor(copied).audit(split)
        let found = report.findings.filter { $0.kind == .augmented }
        #expect(found.map(\.subsets) == [[.train, .validation]] && found[0].severity == .warning)
        let other = try plan.splits(corpus, by: rule, RandomGenerator(seed: 2))
        #expect(other[0].validation != split.validation && other[0].test == split.test)
        plan.leakCopiesIntoTest = true
        #expect(!plan.validationIssues.isEmpty)
    }

    @Test func copiesAreChangedInEveryPart() throws {
        let source = Sounds()
        let leaked = LeakedCopies(source, plan, RandomGenerator(seed: 3))
        let clips = Array(plan.withCopies(corpus).clips[..<3])
        let features = try clips.map { try leaked.features(of: $0, transforms: [nil])[0].values }
        #expect(features[0] == features[2] && features[0] != features[1])
        #expect(try leaked.features(of: clips[1], transforms: [nil])[0].values == features[1])
        let loading = FeatureLoading(source: leaked, classes: corpus.classes)
        let tested = try EvaluationSet(clips, loading, batch: 3)
        #expect(tested.batch(0).inputs.tensor.array == features.flatMap { $0.map { Real($0) } })
    }

    /// The first samples of a sound that is the same for all clips.
    private struct Sounds: FeatureSource {
        let shape = [4]
        func features(of clip: Clip, transforms: [WaveformTransform?]) throws -> [Features] {
            let wave = Waveform.tone(0.05, rate: 1000)
            return try transforms.map {
                Features(shape: shape, values: Array(try ($0?.apply(wave) ?? wave).samples[10..<14]))
            }
        }
    }
}
