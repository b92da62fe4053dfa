import Autograd
import AutogradTesting
import Configuration
import Foundation
import Layers
import Testing

struct LossConfig: Options {
    var loss = AnyLoss(CrossEntropyLoss())
    static let fields: [Field<Self>] = [.init("loss", \.loss, "", .required)]

    static func loss(_ json: JSONValue) throws -> any LossSpec { try decode(["loss": json]).loss.value }
}

@Suite struct LossTests {
    private static let logits = Tensor.normal([7, 4], using: RandomGenerator(seed: 1))
    private static let classes = Indices([0, 3, 1, 1, 2, 0, 3])
    private static let close = Closeness(relative: 1e-4, absolute: 1e-5)

    static let configs: [JSONValue] = [
        ["type": "cross_entropy"], ["type": "cross_entropy", "label_smoothing": 0.2],
        ["type": "cross_entropy", "class_weights": [1, 0.5, 2, 3]],
        ["type": "cross_entropy", "class_weights": [1, 0.5, 2, 3], "mean_over": "examples"],
        ["type": "focal"],
        ["type": "focal", "gamma": 0.5, "class_weights": [1, 0.5, 2, 3], "label_smoothing": 0.1],
        ["type": "kl_divergence", "temperature": 2],
    ]

    static let pairConfigs: [JSONValue] = [
        ["type": "binary_cross_entropy"],
        ["type": "binary_cross_entropy", "positive_weight": 3, "label_smoothing": 0.1],
        ["type": "mean_squared_error"],
        ["type": "mean_absolute_error"], ["type": "huber", "delta": 0.5],
    ]

    @Test(arguments: configs) func gradients(_ config: JSONValue) throws {
        let loss = try LossConfig.loss(config)
        let soft = Targets.classes(Self.classes).mixed(
            with: .classes([1, 1, 0, 2, 3, 0, 1]), share: Tensor([0.7], shape: []), classes: 4)
        for targets in [Targets.classes(Self.classes), soft] {
            let report = try checkGradient(config.line, at: [Self.logits]) { loss.mean($0[0], targets) }
            #expect(report.isCorrect, "\(report)")
            #expect(loss.each(Self.logits, targets).shape == [7])
        }
    }

    @Test(arguments: pairConfigs) func gradientsOfPairs(_ config: JSONValue) throws {
        let loss = try LossConfig.loss(config)
        let numbers = Tensor.uniform([7, 4], 0.2, 0.8, using: RandomGenerator(seed: 2))
        for targets in [Targets.values(numbers), .classes(Self.classes)] {
            let report = try checkGradient(config.line, at: [Self.logits * 3]) { loss.mean($0[0], targets) }
            #expect(report.isCorrect, "\(report)")
            #expect(loss.each(Self.logits, targets).shape == [7])
        }
    }

    @Test(arguments: configs) func soundsTheSameForClassesAndTheirProbabilities(_ config: JSONValue) throws {
        let loss = try LossConfig.loss(config)
        let soft = Targets.values(oneHot(Self.classes, classes: 4))
        // Smoothing spreads over weighted classes alike in both forms.
        let difference = Self.close.difference(
            loss.each(Self.logits, soft), loss.each(Self.logits, .classes(Self.classes)))
        #expect(difference == nil)
    }

    @Test(arguments: configs) func meansOfPartsMakeTheMeanOfAll(_ config: JSONValue) throws {
        let loss = try LossConfig.loss(config)
        func part(_ range: Range<Int>) -> (mean: Tensor, weight: Double) {
            let logits = Self.logits.slice(axis: 0, range)
            let targets = Targets.classes(Indices(Array(Self.classes.values[range])))
            return (loss.mean(logits, targets), loss.weight(logits, targets))
        }
        let (a, b, all) = (part(0..<3), part(3..<7), part(0..<7))
        let joined = (a.mean * Real(a.weight) + b.mean * Real(b.weight)) / Real(a.weight + b.weight)
        #expect(Self.close.difference(joined, all.mean) == nil)
        #expect(abs(a.weight + b.weight - all.weight) < 1e-9)
    }

    @Test func focalOfGammaZeroIsCrossEntropy() {
        let targets = Targets.classes(Self.classes)
        let difference = Self.close.difference(
            FocalLoss(gamma: 0).each(Self.logits, targets), CrossEntropyLoss().each(Self.logits, targets))
        #expect(difference == nil)
    }

    @Test func focalIsFiniteWhereAnExampleIsCertain() {
        let p = Parameter(Tensor([1000, 0, 0, -1000], shape: [2, 2]))
        for gamma in [0.5, 1, 2] {
            let loss = FocalLoss(gamma: gamma).mean(p.tensor, .classes([0, 1]))
            #expect(loss.item().isFinite)
            #expect(loss.backward()[p]?.array.allSatisfy(\.isFinite) == true)
        }
    }

    @Test func balancedWeights() throws {
        let loss = try LossConfig.loss(["type": "cross_entropy", "class_weights": "balanced"])
        let fitted = loss.fitted(classCounts: [3, 1, 0, 4])
        let expected = CrossEntropyLoss(classWeights: [8.0 / 12, 2, 0, 0.5])
        #expect(fitted.encode().line == expected.encode().line)
    }

    @Test func divergenceOfADistributionFromItselfIsZero() {
        let probabilities = Targets.values(Self.logits.softmax())
        let other = Targets.values((Self.logits * 2).softmax())
        let each = KLDivergenceLoss().each(Self.logits, probabilities)
        #expect(Self.close.difference(each, .zeros([7])) == nil)
        #expect(KLDivergenceLoss().each(Self.logits, other).array.allSatisfy { $0 > 0.001 })
    }

    @Test func weightOfPositives() throws {
        let loss = try LossConfig.loss(["type": "binary_cross_entropy", "positive_weight": 3])
        let each = loss.each(Tensor([0.5, 0.5, -2], shape: [3]), .classes([1, 0, 1]))
        func cost(_ z: Double) -> Real { Real(log(1 + exp(-z))) }
        #expect(Self.close.difference(each, Tensor([3 * cost(0.5), cost(-0.5), 3 * cost(-2)])) == nil)
    }

    @Test(arguments: pairConfigs) func classesAreOneAmongTheNumbersOfTheirExample(_ config: JSONValue) throws
    {
        let loss = try LossConfig.loss(config)
        let numbers = Targets.values(oneHot(Self.classes, classes: 4))
        #expect(
            loss.each(Self.logits, .classes(Self.classes)).array == loss.each(Self.logits, numbers).array)
        let places = Indices(Self.classes.values, shape: [1, 7])
        let each = loss.each(Self.logits.reshaped([1, 7, 4]), .classes(places))
        let mean = loss.mean(Self.logits, numbers).item()
        #expect(Self.close.difference(each, Tensor([mean])) == nil)
    }

    @Test(arguments: ["cross_entropy", "focal"]) func examplesOfWeightZeroCostNothing(_ type: String) throws {
        let loss = try LossConfig.loss([
            "type": JSONValue(.text(type)), "class_weights": [1, 0, 0, 0], "label_smoothing": 0.0,
        ])
        let p = Parameter(Self.logits)
        let mean = loss.mean(p.tensor, .classes([1, 3, 1, 1, 2, 2, 3]))
        #expect(mean.item() == 0)
        #expect(mean.backward()[p]?.array.allSatisfy { $0 == 0 } == true)
        let some = loss.mean(p.tensor, .classes([1, 3, 0, 1, 2, 2, 3]))
        #expect(some.item() > 0 && some.backward()[p]?.array.contains { $0 != 0 } == true)
    }

    @Test func targetsOfOneNumberFitAColumn() {
        let column = Tensor([1, 2, 4], shape: [3, 1])
        #expect(MeanAbsoluteErrorLoss().each(column, .values(Tensor([0, 0, 1]))).array == [1, 2, 3])
        #expect(MeanSquaredErrorLoss().mean(column, .classes([1, 0, 1])).item() == Real(13) / 3)
    }

    @Test func contrastiveFollowsItsFormula() throws {
        let x = Tensor.normal([6, 3], using: RandomGenerator(seed: 4))
        let labels = [0, 1, 0, 2, 1, 0]
        let rows = (0..<6).map { i in (0..<3).map { Double(x.item(at: i, $0)) } }
        func similarity(_ i: Int, _ j: Int) -> Double {
            let product = zip(rows[i], rows[j]).reduce(0) { $0 + $1.0 * $1.1 }
            let lengths = [i, j].map { rows[$0].reduce(0) { $0 + $1 * $1 }.squareRoot() }
            return product / lengths[0] / lengths[1] / 0.2
        }
        let expected = labels.indices.map { i -> Real in
            let partners = labels.indices.filter { $0 != i && labels[$0] == labels[i] }
            let total = labels.indices.filter { $0 != i }.reduce(0) { $0 + exp(similarity(i, $1)) }
            let sum = partners.reduce(0) { $0 + log(total) - similarity(i, $1) }
            return partners.isEmpty ? 0 : Real(sum / Double(partners.count))
        }
        let loss = try LossConfig.loss(["type": "supervised_contrastive", "temperature": 0.2])
        let targets = Targets.classes(Indices(labels))
        #expect(Self.close.difference(loss.each(x, targets), Tensor(expected)) == nil)
        // The example that is alone does not count.
        #expect(loss.weight(x, targets) == 5)
        #expect(Self.close.difference(loss.mean(x, targets), Tensor(expected.reduce(0, +) / 5)) == nil)
        let report = try checkGradient("supervised_contrastive", at: [x]) { loss.mean($0[0], targets) }
        #expect(report.isCorrect, "\(report)")
        #expect(loss.mean(x, .classes([0, 1, 2, 3, 4, 5])).item() == 0)
    }

    @Test func penaltiesOfLayers() throws {
        var spec = Dense.Spec(2)
        (spec.l1, spec.l2) = (0.5, 0.25)
        let layer = Dense(spec, inputs: 2, RandomGenerator(seed: 1))
        layer.weight.value = Tensor([1, -2, 0.5, 0], shape: [2, 2])
        let penalty = try #require(layer.penalty())
        #expect(penalty.item() == 0.5 * 3.5 + 0.25 * 5.25)
        #expect(penalty.backward()[layer.weight]?.array == [1, -1.5, 0.75, 0])
        #expect(Dense(Dense.Spec(2), inputs: 2, RandomGenerator(seed: 1)).penalty() == nil)
    }

    @Test(arguments: configs + pairConfigs) func roundTrip(_ config: JSONValue) throws {
        let loss = try LossConfig.loss(config)
        let again = try LossConfig.loss(loss.encode())
        #expect(again.encode().line == loss.encode().line)
        for member in config.members ?? [] {
            #expect(loss.encode()[member.key]?.double == member.value.double)
        }
    }

    @Test(arguments: [
        (
            #"{"type": "cross_entropi"}"#,
            #"1:19: loss.type: unknown loss "cross_entropi"; did you mean "cross_entropy"?"#
        ),
        (
            #"{"type": "cross_entropy", "label_smoothing": 1.5}"#,
            "1:55: loss.label_smoothing: expected a number from 0 to 1, found 1.5"
        ),
        (
            #"{"type": "cross_entropy", "class_weights": [1, -1]}"#,
            "1:57: loss.class_weights[1]: expected 0, or a number from 0.000001 to 1000000, found -1.0"
        ),
        (
            #"{"type": "focal", "class_weights": [1e-300, 1e300]}"#,
            """
            1:46: loss.class_weights[0]: expected 0, or a number from 0.000001 to 1000000, found 1e-300
            a.json:1:54: loss.class_weights[1]: expected 0, or a number from 0.000001 to 1000000, found 1e+300
            """
        ),
        (
            #"{"type": "cross_entropy", "class_weights": [0, 0]}"#,
            "1:53: loss.class_weights: expected at least one positive weight, found only zeros; "
                + "remove the key to weight all classes equally"
        ),
        (#"{"type": "focal", "gamma": -1}"#, "1:37: loss.gamma: expected a number from 0 to 100, found -1"),
        (
            #"{"type": "huber", "delta": 0}"#,
            "1:37: loss.delta: expected a number from 1e-06 to 1000000, found 0"
        ),
        (
            #"{"type": "supervised_contrastive", "temperature": 1e-45}"#,
            "1:60: loss.temperature: expected a number from 0.0001 to 10000, found 1e-45"
        ),
        (
            #"{"type": "kl_divergence", "temperature": 1e300}"#,
            "1:51: loss.temperature: expected a number from 0.0001 to 10000, found 1e+300"
        ),
        (
            #"{"type": "binary_cross_entropy", "positive_weight": 1e39}"#,
            "1:62: loss.positive_weight: expected a number from 1e-06 to 1000000, found 1e+39"
        ),
    ])
    func mistakes(_ loss: String, _ message: String) {
        let error = #expect(throws: ConfigurationError.self) {
            _ = try LossConfig.decode(text: #"{"loss": \#(loss)}"#, source: "a.json")
        }
        #expect(error?.description == "a.json:" + message)
    }

    @Test func shapesThatDoNotFit() {
        #expect(
            throws: LayerError("the loss cross_entropy has 2 class weights, but the model has 3 outputs")
        ) {
            try CrossEntropyLoss(classWeights: [1, 2]).check([3])
        }
        #expect(
            throws: LayerError(
                "the loss supervised_contrastive expects an output of shape [size], found [4, 2]")
        ) {
            try SupervisedContrastiveLoss().check([4, 2])
        }
    }
}
