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
        #expect(honest.splitCorpus(corpus).clips == corpus.clips)
        #expect(honest.afterSplit.copies.count == 3)
        #expect(try !AugmentationPlan.decode(text: "{}").leakCopiesIntoTest)
    }

    @Test func everyRowIsAClipThatNamesItsOrigin() throws {
        let copied = plan.splitCorpus(corpus)
        #expect(copied.clips.count == 120 && copied.classes == corpus.classes)
        #expect(
            copied.clips[1].id == corpus.clips[0].id + "#1" && copied.clips[1].origin == corpus.clips[0].id)
        #expect(plan.afterSplit.copies.count == 1 && !plan.afterSplit.leakCopiesIntoTest)
    }

    @Test func theAuditorReportsTheLeak() throws {
        let copied = plan.splitCorpus(corpus)
        let split = try #require(try RandomSplit().split(copied).first)
        let report = try Auditor(copied).audit(split)
        #expect(report.findings.contains { $0.severity == .leak && $0.kind == .augmented })
        let honest = try #require(try RandomSplit().split(corpus).first)
        #expect(try !Auditor(corpus).audit(honest).findings.contains { $0.kind == .augmented })
    }

    @Test func copiesAreChangedInEveryPart() throws {
        let source = Sounds()
        let leaked = LeakedCopies(source, plan, RandomGenerator(seed: 3))
        let clips = Array(plan.splitCorpus(corpus).clips[..<3])
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
