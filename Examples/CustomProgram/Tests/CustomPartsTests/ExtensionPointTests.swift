import Autograd
import Configuration
import CustomParts
import Lab
import Layers
import Metrics
import ONNXExport
import SpeechEmotion
import Testing

// The smallest implementation of each extension point, with public API only.

struct CauchyLoss: LossSpec {
    static let type = "cauchy"
    static let fields: [Field<Self>] = []

    func each(_ outputs: Tensor, _ targets: Targets) -> Tensor {
        ((outputs - targets.values(like: outputs, "cauchy")).square() + 1).log().meanOfExamples()
    }
}

struct SignSGD: OptimizerSpec {
    var common = OptimizerOptions()

    static let type = "sign_sgd"
    static var fields: [Field<Self>] { commonFields }

    var slots: [String] { [] }
    static func learningRate(_ convention: Convention) -> Double { 0.001 }

    func move(
        _ parameter: UnsafeMutablePointer<Real>, _ gradient: Tensor, _ state: ParameterState,
        _ step: ParameterStep
    ) {
        for (index, value) in gradient.array.enumerated() where value != 0 {
            parameter[index] -= Real(step.learningRate) * (value > 0 ? 1 : -1)
        }
    }
}

struct InverseSchedule: ScheduleSpec {
    var per = SchedulePeriod.epoch

    static let type = "inverse"
    static let fields: [Field<Self>] = []

    func rate(_ base: Double, _ state: ScheduleState, total: Int) -> Double {
        base / Double(1 + state.period)
    }
}

struct Reverse: PreprocessingStep {
    static let type = "reverse"
    static let fields: [Field<Self>] = []

    func callAsFunction(_ wave: Waveform) throws -> Waveform {
        Waveform(wave.samples.reversed(), rate: wave.rate)
    }
}

struct Dither: WaveAugmentation {
    var probability = 0.5

    static let type = "dither"
    static let fields: [Field<Self>] = [.init("probability", \.probability, "Probability.", .range(0...1))]

    func change(_ wave: Waveform, _ generator: RandomGenerator) throws -> Waveform {
        Waveform(wave.samples.map { $0 + Float(generator.uniform() - 0.5) / 32768 }, rate: wave.rate)
    }
}

struct Offset: FeatureAugmentation {
    static let type = "offset"
    static let fields: [Field<Self>] = []

    var probability: Double { 1 }

    func change(_ features: Features, _ generator: RandomGenerator) throws -> Features {
        let offset = Float(generator.uniform())
        return Features(
            shape: features.shape, values: features.values.map { $0 + offset }, length: features.length)
    }

    func check(_ shape: [Int]) throws(InputError) {}
}

struct Duration: FeatureLayout {
    static let type = "duration"
    static let fields: [Field<Self>] = []

    var outputShape: [Int] { [1] }
    var names: [String] { ["duration"] }

    func check(rate: Int) throws(InputError) {}
    func features(of analysis: WaveformAnalysis) throws(InputError) -> Features {
        Features(shape: [1], values: [Float(analysis.wave.duration)])
    }
}

struct EverySecond: SplitSpec {
    static let type = "every_second"
    static let fields: [Field<Self>] = []

    func split(_ corpus: Corpus) throws -> [Split] {
        let ids = corpus.clips.map(\.id)
        let test = Set(stride(from: 0, to: ids.count, by: 2).map { ids[$0] })
        return [
            Split(name: "halves", train: ids.filter { !test.contains($0) }, test: ids.filter(test.contains))
        ]
    }
}

extension Metric {
    static let errors = Metric("errors", summary: "Number of wrong predictions.", higherIsBetter: false) {
        predictions in
        Double(zip(predictions.truths, predictions.decisions).count { $0 != $1 })
    }
}

@Suite struct ExtensionPointTests {
    init() {
        Metric.register(.errors)
        Metric.register(.worstRecall)
        LossKinds.register(CauchyLoss.self)
        OptimizerKinds.register(SignSGD.self)
        ScheduleKinds.register(InverseSchedule.self)
        PreprocessingKinds.register(Reverse.self)
        WaveAugmentationKinds.register(Dither.self)
        FeatureAugmentationKinds.register(Offset.self)
        LayoutKinds.register(Duration.self)
        SplitKinds.register(EverySecond.self)
        LayerKinds.register(SnakeSpec.self)
        ONNXMappings.register(SnakeSpec.self, SnakeSpec.onnx)
        FeatureKinds.register(TeagerEnergy.self)
        CorpusKinds.register(ArousalCorpus.self)
    }

    @Test func anExperimentNamesThemAll() throws {
        let text = """
            {
                "data": {"source": {"type": "arousal"}}, "split": {"type": "every_second"},
                "features": {
                    "preprocessing": [{"type": "reverse"}],
                    "layout": {"type": "sequence", "frames": 50, "features": [{"type": "teager_energy"}]}
                },
                "augmentation": {"copies": [[], [{"type": "dither"}]], "features": [{"type": "offset"}]},
                "model": [{"type": "snake"}, {"type": "gru", "units": 4, "output": "last"}, {"type": "dense", "units": 2}],
                "loss": {"type": "cauchy"}, "optimizer": {"type": "sign_sgd"}, "schedule": {"type": "inverse"},
                "evaluation": {"metrics": ["worst_recall", "errors"]}
            }
            """
        let experiment = try Experiment.decode(text: text)
        #expect(experiment.encode().line.contains("sign_sgd"))
        let schema = Experiment.jsonSchema(title: "Experiment", extends: true).line
        for name in [
            "cauchy", "sign_sgd", "inverse", "reverse", "dither", "offset", "duration", "every_second",
            "snake",
            "teager_energy", "arousal", "worst_recall", "errors",
        ] {
            #expect(schema.contains("\"\(name)\""), "\(name)")
        }
    }

    @Test func aCustomMetricHasADirectionAndAnInterval() throws {
        #expect(MetricMode(of: "validation_errors") == .min && MetricMode(of: "worst_recall") == .max)
        var predictions = Predictions(classes: ["high", "low"])
        for index in 0..<12 {
            predictions.append(
                "\(index)", speaker: "\(index / 2)", truth: index % 2,
                probabilities: index % 3 == 0 ? [0.2, 0.8] : [0.7, 0.3])
        }
        let values = try predictions.metrics([.worstRecall, .errors]).dropFirst()
        #expect(values.map(\.name) == ["worst_recall", "errors"])
        #expect(abs(values[1].value - 1 / 3.0) < 1e-9 && values[2].value == 6)
        let clustered = try ClusteredMetric(.worstRecall, [predictions], by: .speakers)
        let interval = ClusterResampling.interval(clustered)
        #expect(interval.low < clustered.estimate && clustered.estimate < interval.high)
    }

    @Test func aCheckNamesCustomMetrics() throws {
        let json = try JSONValue.parse(
            #"{"data": {"source": {"type": "synthetic"}}, "evaluation": {"metrics": ["worst_recal"]}}"#)
        do {
            _ = try Experiment.decode(json)
            Issue.record("the metric is misspelled")
        } catch {
            #expect("\(error)".contains("did you mean \"worst_recall\"?"), "\(error)")
        }
    }

    @Test func aCustomOptimizerAndLossTrain() {
        let model = Dense(units: 1, inputs: 2, generator: RandomGenerator(seed: 1))
        let optimizer = Optimizer(SignSGD(), model.namedParameters)
        optimizer.attach(InverseSchedule(), epochs: 2, stepsPerEpoch: 1)
        let (x, y) = (Tensor([1, 2, 3, 4], shape: [2, 2]), Targets.values(Tensor([1, 2], shape: [2, 1])))
        let before = CauchyLoss().mean(model(x), y).item()
        for _ in 0..<2 { optimizer.step(CauchyLoss().mean(model(x), y), of: model) }
        #expect(CauchyLoss().mean(model(x), y).item() < before)
        #expect(optimizer.learningRate == 0.0005)
    }

    @Test func aCustomLayerIsExported() throws {
        let model = try Model(
            text: #"[{"type": "snake"}, {"type": "dense", "units": 2}]"#, input: [4],
            generator: RandomGenerator(seed: 1))
        #expect(try !model.encodeONNX().isEmpty)
    }
}
