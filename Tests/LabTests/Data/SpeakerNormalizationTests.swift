import SpeechTestSupport
import Lab
import Training
import Autograd
import Configuration
import Layers
import SpeechEmotion
import Testing

@Suite struct SpeakerNormalizationTests {
    /// Two frames of two channels and a third of padding; the second channel never changes, the first is the clip's number and
    /// its double, and twice that for a changed sound.
    private struct MadeUp: FeatureSource {
        let shape = [3, 2]

        func features(of clip: Clip, transforms: [WaveformTransform?]) throws -> [Features] {
            let wave = Waveform([1, 1], rate: 100)
            return try transforms.map { transform in
                let factor = try (transform?.apply(wave) ?? wave).samples[0]
                let number = (Float(clip.id) ?? 0) * factor
                return Features(shape: shape, values: [number, 7, 2 * number, 7, 50, 50], length: 2)
            }
        }
    }

    private struct Double: WaveAugmentation {
        static let type = "twice_as_loud"
        static let fields: [Field<Self>] = []
        var probability: Swift.Double { 1 }
        func change(_ wave: Waveform, _ generator: RandomGenerator) -> Waveform {
            Waveform(wave.samples.map { 2 * $0 }, rate: wave.rate)
        }
    }

    private func clip(_ number: Int, _ speaker: String?) -> Clip {
        Clip(
            id: "\(number)", source: .file(path: "none", start: nil, end: nil), label: "a", speaker: speaker)
    }

    private let loading = FeatureLoading(source: MadeUp(), classes: ["a"], normalizing: .speaker)

    private func first(_ features: Features) -> [Float] { [features.values[0], features.values[2]] }

    /// Vectors whose channels depend on each other, differently in each corpus.
    private struct Correlated: FeatureSource {
        let shape = [3]

        func features(of clip: Clip, transforms: [WaveformTransform?]) throws -> [Features] {
            let draws = Tensor.normal(
                [3], mean: 0, deviation: 1, using: RandomGenerator(seed: UInt64(clip.id) ?? 0)
            ).array.map { Float($0) }
            let factor: Float = clip.attributes["corpus"] == "a" ? 2 : -0.5
            let values = [3 + draws[0], factor * draws[0] + draws[1], 10 * draws[2] - draws[1]]
            return transforms.map { _ in Features(shape: [3], values: values) }
        }
    }

    /// CORAL: mean 0, and the covariance that shrinkage leaves. With the correlation matrix R, shrunk to S = (1 - a) R + a I, whose
    /// eigenvectors are those of R, it is S^(-1/2) R S^(-1/2) = R S^(-1); times S it is R.
    @Test func everyCorpusHasTheSameCovariance() throws {
        let clips = (0..<300).map { number in
            Clip(
                id: "\(number)", source: .file(path: "none", start: nil, end: nil), label: "a",
                attributes: ["corpus": number < 200 ? "a" : "b"])
        }
        let loading = FeatureLoading(source: Correlated(), classes: ["a"], normalizing: .coral)
        let set = try EvaluationSet(clips, loading, batch: 2)
        for members in [0..<200, 200..<300] {
            let rows = members.map { set.features($0).values.map { Swift.Double($0) } }
            let count = Swift.Double(rows.count)
            let raw = try members.map {
                try Correlated().features(of: clips[$0], transforms: [nil])[0].values.map { Swift.Double($0) }
            }
            let standard = Self.standardized(raw)
            let correlation = Self.covariance(standard)
            let share = Self.shrinkage(standard, correlation)
            #expect(share > 0.001 && share < 0.5)
            let found = Self.covariance(rows)
            for a in 0..<3 {
                #expect(abs(rows.reduce(0) { $0 + $1[a] } / count) < 1e-5)
                for b in 0..<3 {
                    let product = (0..<3).reduce(0) { sum, i in
                        sum + found[a][i] * ((1 - share) * correlation[i][b] + (i == b ? share : 0))
                    }
                    #expect(abs(product - correlation[a][b]) < 1e-4, "\(a) \(b) \(product)")
                }
            }
        }
    }

    private static func standardized(_ rows: [[Swift.Double]]) -> [[Swift.Double]] {
        let count = Swift.Double(rows.count)
        let means = (0..<3).map { column in rows.reduce(0) { $0 + $1[column] } / count }
        let deviations = (0..<3).map { column in
            (rows.reduce(0) { $0 + ($1[column] - means[column]) * ($1[column] - means[column]) } / count)
                .squareRoot()
        }
        return rows.map { row in (0..<3).map { (row[$0] - means[$0]) / deviations[$0] } }
    }

    private static func covariance(_ rows: [[Swift.Double]]) -> [[Swift.Double]] {
        (0..<3).map { a in
            (0..<3).map { b in rows.reduce(0) { $0 + $1[a] * $1[b] } / Swift.Double(rows.count) }
        }
    }

    /// The shrinkage of Ledoit and Wolf (2004): the mean squared distance of the products of single rows from the covariance, divided by the
    /// number of rows and by the squared distance of the covariance from the identity matrix.
    private static func shrinkage(_ rows: [[Swift.Double]], _ covariance: [[Swift.Double]]) -> Swift.Double {
        var (spread, distance) = (0.0, 0.0)
        for a in 0..<3 {
            for b in 0..<3 {
                let target: Swift.Double = a == b ? 1 : 0
                distance += (covariance[a][b] - target) * (covariance[a][b] - target)
                for row in rows {
                    let gap = row[a] * row[b] - covariance[a][b]
                    spread += gap * gap
                }
            }
        }
        let count = Swift.Double(rows.count)
        return min(1, spread / (count * count) / distance)
    }

    @Test func everySpeakerHasMean0AndDeviation1() throws {
        let clips = [clip(1, "x"), clip(10, "y"), clip(3, "x"), clip(40, "y")]
        let set = try EvaluationSet(clips, loading, batch: 2)
        for members in [[0, 2], [1, 3]] {
            let numbers = members.flatMap { first(set.features($0)) }
            let mean = numbers.reduce(0, +) / 4
            let square = numbers.reduce(0) { $0 + $1 * $1 } / 4
            #expect(abs(mean) < 1e-6 && abs(square - 1) < 1e-5)
        }
        // Of x: 1, 2, 3, 6, mean 3, deviation the root of 3.5.
        #expect(abs(set.features(0).values[0] + 2 / Float(3.5).squareRoot()) < 1e-6)
        for number in 0..<4 {
            let values = set.features(number).values
            #expect(values[1] == 0 && values[3] == 0)
            #expect(values[4] == 50 && values[5] == 50)
        }
    }

    /// A clip is what it is among the clips of its part, whoever else speaks there.
    @Test func otherSpeakersMakeNoDifference() throws {
        let own = [clip(1, "x"), clip(3, "x")]
        let alone = try EvaluationSet(own, loading, batch: 2)
        let among = try EvaluationSet(own + [clip(90, "z"), clip(70, "w")], loading, batch: 2)
        #expect(alone.features(0) == among.features(0) && alone.features(1) == among.features(1))
        let fewer = try EvaluationSet([own[0]], loading, batch: 2)
        #expect(fewer.features(0) != alone.features(0))
    }

    /// Each row of augmentation is a voice of its own; changes in every epoch are measured as the row is.
    @Test func rowsAndFreshChanges() throws {
        let clips = [clip(1, "x"), clip(3, "x")]
        var plan = AugmentationPlan()
        plan.copies = [[], [AnyWaveAugmentation(Double())]]
        func examples(_ plan: AugmentationPlan) throws -> [String: [Float]] {
            let set = try TrainingSet(
                clips, loading, plan: plan, batch: 8, generator: RandomGenerator(seed: 1))
            let batch = try set.batch(epoch: 0, index: 0)
            let numbers = batch.inputs.tensor.array.map { Float($0) }
            return Dictionary(
                uniqueKeysWithValues: batch.ids.enumerated().map { row, id in
                    (id, [numbers[row * 6], numbers[row * 6 + 2]])
                })
        }
        let rows = try examples(plan)
        #expect(rows.count == 4)
        // Twice as loud is the same voice in its own measure.
        #expect(rows["1#1"] == rows["1"] && rows["3#1"] == rows["3"])
        var fresh = AugmentationPlan()
        fresh.waveform = [AnyWaveAugmentation(Double())]
        let louder = try examples(fresh)
        // 2 and 4 in the measure of 1, 2, 3, 6.
        let measure = Float(3.5).squareRoot()
        let found = try #require(louder["1"])
        #expect(abs(found[0] + 1 / measure) < 1e-6 && abs(found[1] - 1 / measure) < 1e-6)
    }

    /// A vector alone would become zeros, whatever it holds.
    @Test func oneVectorSaysNothingOfASpeaker() throws {
        let vector = Features(shape: [2], values: [1, 2])
        #expect(throws: InputError.self) { try SpeakerNormalization([vector]) }
        #expect(throws: InputError.self) { try SpeakerNormalization([]) }
        let two = try SpeakerNormalization([vector, Features(shape: [2], values: [3, 2])])
        #expect(two(vector).values == [-1, 0])
    }

    @Test func aClipWithoutASpeakerIsRefused() throws {
        let error = #expect(throws: InputError.self) {
            try EvaluationSet([clip(1, "x"), clip(2, nil)], loading, batch: 2)
        }
        #expect(
            error.map { "\($0)" }?.contains("the clip \"2\": found no speaker") == true, "\(error as Any)")
    }

    /// The features of one sound do not depend on it, so that the cache serves both.
    @Test func theFingerprintStays() {
        var pipeline = FeaturePipeline()
        let plain = pipeline.fingerprint
        pipeline.normalize = .speaker
        #expect(pipeline.fingerprint == plain)
        pipeline.sampleRate = 8000
        #expect(pipeline.fingerprint != plain)
    }
}
