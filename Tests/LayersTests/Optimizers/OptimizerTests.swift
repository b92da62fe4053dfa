import Training
import Autograd
import AutogradTesting
import Configuration
import Layers
import Testing

struct OptimizerConfig: Options {
    var optimizer = AnyOptimizer(Adam())
    static let fields: [Field<Self>] = [.init("optimizer", \.optimizer, "", .required)]

    static func optimizer(_ json: JSONValue) throws -> any OptimizerSpec {
        try decode(["optimizer": json]).optimizer.value
    }
}

/// A small regression with two layers, the same at every start.
final class SmallProblem {
    let parameters: [(name: String, parameter: Parameter)]
    private let x: Tensor, y: Tensor

    init(width: Int = 12) {
        let generator = RandomGenerator(seed: 5)
        parameters = [
            ("encoder.weight", Parameter(.normal([6, width], deviation: 0.4, using: generator))),
            ("encoder.bias", Parameter(.zeros([width]))),
            ("head.weight", Parameter(.normal([width, 2], deviation: 0.4, using: generator))),
        ]
        x = .normal([20, 6], using: generator)
        y = .normal([20, 2], using: generator)
    }

    var loss: Tensor {
        let p = parameters.map(\.parameter)
        return meanSquaredError(
            matmul((matmul(x, p[0].tensor) + p[1].tensor).tanh(), p[2].tensor), targets: y)
    }

    var values: [[Real]] { parameters.map(\.parameter.value.array) }
}

@Suite struct OptimizerTests {
    static let configs: [JSONValue] = [
        ["type": "sgd", "learning_rate": 0.1],
        ["type": "sgd", "momentum": 0.9, "nesterov": true, "clip_norm": 0.5],
        ["type": "adam", "learning_rate": 0.01], ["type": "adam", "amsgrad": true, "defaults": "pytorch"],
        ["type": "adamw", "weight_decay": 0.1, "clip_value": 0.05],
        ["type": "rmsprop", "centered": true, "momentum": 0.5], ["type": "lion", "learning_rate": 0.003],
        [
            "type": "adagrad", "learning_rate": 0.05,
            "groups": [["parameters": ["*.bias"], "learning_rate_factor": 2, "weight_decay": 0]],
        ],
    ]

    @Test(arguments: configs) func lowersTheLossAndGoesOnBitForBit(_ config: JSONValue) throws {
        let spec = try OptimizerConfig.optimizer(config)
        let problem = SmallProblem()
        let optimizer = Optimizer(spec, problem.parameters)
        let before = problem.loss.item()
        for _ in 0..<5 { optimizer.step(problem.loss.backward()) }
        #expect(problem.loss.item() < before)
        optimizer.learningRate *= 0.7

        // Through a file into another optimiser of another model.
        let bytes = try SafeTensors.encode(optimizer.state)
        let other = SmallProblem()
        for (from, to) in zip(problem.parameters, other.parameters) {
            to.parameter.value = from.parameter.value
        }
        let resumed = Optimizer(spec, other.parameters)
        let file = try SafeTensors(bytes: bytes)
        try resumed.restore(file.names.map { ($0, try file.tensor($0)) })
        for _ in 0..<5 {
            optimizer.step(problem.loss.backward())
            resumed.step(other.loss.backward())
        }
        #expect(problem.values == other.values)
        #expect(try SafeTensors.encode(optimizer.state) == SafeTensors.encode(resumed.state))
    }

    /// What a convention leaves unsaid, written out: nothing is left open, and the steps are the same bits.
    @Test(arguments: configs) func writtenOutItTakesTheSameSteps(_ config: JSONValue) throws {
        func openKeys(_ spec: any OptimizerSpec) -> [String] {
            ["learning_rate", "weight_decay", "epsilon", "alpha", "initial_accumulator_value"].filter {
                spec.encode()[$0]?.isNull == true
            }
        }
        func values(_ spec: any OptimizerSpec) -> [[Real]] {
            let problem = SmallProblem()
            let optimizer = Optimizer(spec, problem.parameters)
            for _ in 0..<4 { optimizer.step(problem.loss.backward()) }
            return problem.values
        }
        let spec = try OptimizerConfig.optimizer(config)
        let resolved = spec.resolved
        #expect(openKeys(spec).contains("weight_decay") == (config["weight_decay"] == nil))
        #expect(openKeys(resolved) == [])
        #expect(resolved.resolved.encode() == resolved.encode())
        #expect(values(resolved) == values(spec))
    }

    @Test func sameBitsOnAnyNumberOfThreads() async {
        await #expect(processExitsWith: .success) {
            for config in OptimizerTests.configs {
                var reference: [[Real]]?
                for threads in [1, 3] {
                    Parallel.threads = threads
                    // Wide enough that each parameter is cut into several chunks.
                    let problem = SmallProblem(width: 20_000)
                    let optimizer = Optimizer(try OptimizerConfig.optimizer(config), problem.parameters)
                    let average = WeightAverage(.init(decay: 0.9), problem.parameters)
                    var norms: [Real] = []
                    for _ in 0..<3 {
                        norms.append(Real(optimizer.step(problem.loss.backward())))
                        average.update()
                    }
                    let found = problem.values + average.state.map(\.1.array) + [norms]
                    #expect(found == reference ?? found)
                    reference = found
                }
            }
        }
    }

    @Test func groupsHaveTheirOwnRateAndDecay() {
        let names = ["a.weight", "a.bias", "b.weight"]
        let parameters = names.map { (name: $0, parameter: Parameter(Tensor([1, 1]))) }
        var spec = SGD(learningRate: 0.5)
        spec.common.defaults = .pytorch
        spec.common.weightDecay = 0.2
        spec.common.groups = [
            ParameterGroup(["*.bias"], weightDecay: 0), ParameterGroup(["a.*"], learningRateFactor: 0.5),
        ]
        let optimizer = Optimizer(spec, parameters)
        let loss = parameters.map { $0.parameter.tensor.sum() }.reduce(Tensor(0), +)
        let norm = optimizer.step(loss.backward())
        let expected: [Real] = [1 - 0.25 * 1.2, 0.5, 1 - 0.5 * 1.2]
        for (entry, value) in zip(parameters, expected) {
            #expect(
                Closeness().difference(entry.parameter.value, Tensor([value, value])) == nil, "\(entry.name)")
        }
        #expect(abs(norm - 6.0.squareRoot()) < 1e-6)
    }

    /// The learning rate falls from layer to layer, and is lowest below them.
    @Test func theRateDecaysFromLayerToLayer() {
        let names = [
            "0.projection.weight", "0.layers.0.weight", "0.layers.2.weight", "0.layers.2.bias",
            "0.layers.10.weight", "1.weight",
        ]
        let parameters = names.map { (name: $0, parameter: Parameter(Tensor([1]))) }
        var spec = SGD(learningRate: 0.5)
        var group = ParameterGroup(["0.*"], learningRateFactor: 0.5)
        group.layerDecay = 0.5
        spec.common.groups = [ParameterGroup(["*.bias"]), group]
        let optimizer = Optimizer(spec, parameters)
        let loss = parameters.map { $0.parameter.tensor.sum() }.reduce(Tensor(0), +)
        optimizer.step(loss.backward())
        let rates = [0x1p-13, 0x1p-12, 0x1p-10, 0.5, 0.25, 0.5]
        for (entry, rate) in zip(parameters, rates) {
            #expect(entry.parameter.value.item() == Real(1 - rate), "\(entry.name)")
        }
    }

    @Test(arguments: [
        ("*", "", true), ("*.bias", "a.b.bias", true), ("*.bias", "bias", false), ("a*c*e", "abcde", true),
        ("a*c*e", "abcdef", false), ("a", "ab", false), ("*a*a", "aaa", true), ("**", "x", true),
        ("", "", true),
    ])
    func patterns(_ pattern: String, _ name: String, _ fits: Bool) {
        let p = Parameter(Tensor([1]))
        var spec = SGD(learningRate: 1)
        spec.common.groups = [ParameterGroup([pattern], learningRateFactor: 0)]
        Optimizer(spec, [(name: name, parameter: p)]).step(p.tensor.sum().backward())
        #expect(p.value.array == [fits ? 1 : 0])
        #expect(spec.validationIssues(forParameters: [name]).isEmpty == fits)
    }

    @Test func patternsThatFitNothing() {
        var spec = Adam()
        spec.common.groups = [ParameterGroup(["*.bias", "encoder.wieght"])]
        let validationIssues = spec.validationIssues(forParameters: ["encoder.weight", "encoder.bias"])
        #expect(validationIssues.map(\.path.description) == ["groups[0].parameters[1]"])
        #expect(
            validationIssues.map(\.message)
                == [#"no parameter matches "encoder.wieght"; did you mean "encoder.weight"?"#])
    }

    @Test(arguments: [
        ("adam", "epsilon", "1e-300", "from 1e-16 to 1"), ("rmsprop", "epsilon", "1e-300", "from 1e-16 to 1"),
        ("adagrad", "epsilon", "1e39", "from 1e-16 to 1"),
        ("adagrad", "initial_accumulator_value", "1e39", "from 0 to 1000000"),
    ]) func numbersThatNoStepCanHoldAreRefused(
        _ type: String, _ key: String, _ value: String, _ allowed: String
    ) {
        let error = #expect(throws: ConfigurationError.self) {
            try OptimizerConfig.decode(text: #"{"optimizer": {"type": "\#(type)", "\#(key)": \#(value)}}"#)
        }
        let text = error.map { "\($0)" } ?? ""
        #expect(text.contains("optimizer.\(key): expected a number \(allowed)"), "\(text)")
    }

    @Test func clipping() {
        let p = Parameter(Tensor([0, 0])), q = Parameter(Tensor([0]))
        let gradients = ((p.tensor * Tensor([3, -0.5])).sum() + q.tensor.sum() * 4).backward()
        func moved(_ change: (inout OptimizerOptions) -> Void) -> [Real] {
            (p.value, q.value) = (Tensor([0, 0]), Tensor([0]))
            var spec = SGD(learningRate: 1)
            change(&spec.common)
            Optimizer(spec, [p, q]).step(gradients)
            return p.value.array + q.value.array
        }
        #expect(moved { $0.clipValue = 1 } == [-1, 0.5, -1])
        #expect(moved { $0.clipNorm = 100 } == [-3, 0.5, -4])
        let length = 25.25.squareRoot()
        let short = Tensor(moved { $0.clipNorm = 2 })
        let expected = Tensor([-3, 0.5, -4].map { Real($0 * 2 / (length + 1e-6)) })
        #expect(Closeness().difference(short, expected) == nil)
    }

    @Test func defaultsOfBothFrameworks() throws {
        func numbers(_ convention: Convention) -> [Double] {
            func rates<Spec: OptimizerSpec>(_ spec: Spec) -> [Double] {
                var spec = spec
                spec.common.defaults = convention
                return [spec.learningRate, spec.weightDecay]
            }
            return rates(SGD()) + rates(Adam()) + rates(AdamW()) + rates(RMSprop()) + rates(Adagrad())
        }
        #expect(numbers(.keras) == [0.01, 0, 0.001, 0, 0.001, 0.004, 0.001, 0, 0.001, 0])
        #expect(numbers(.pytorch) == [0.001, 0, 0.001, 0, 0.001, 0.01, 0.01, 0, 0.01, 0])
    }

    @Test func kerasAddsEpsilonBeforeTheCorrection() {
        // One step with a small gradient g: rate (1 - b2)^0.5 g / ((1 - b2)^0.5 g + eps) in Keras, rate g / (g + eps)
        // in PyTorch.
        func step(_ convention: Convention) -> Double {
            let p = Parameter(Tensor([0]))
            var spec = Adam(learningRate: 1, defaults: convention)
            spec.moments.epsilon = 1e-3
            Optimizer(spec, [p]).step((p.tensor * 1e-2).sum().backward())
            return -Double(p.value.item())
        }
        let root = 0.001.squareRoot() * 1e-2
        #expect(abs(step(.keras) - root / (root + 1e-3)) < 1e-4)
        #expect(abs(step(.pytorch) - 1e-2 / (1e-2 + 1e-3)) < 1e-4)
    }

    @Test func aStateThatDoesNotFitChangesNothing() throws {
        let problem = SmallProblem()
        let optimizer = Optimizer(Adam(), problem.parameters)
        var state = optimizer.state
        state.removeAll { $0.0 == "first.head.weight" }
        state.append(("first.tail.weight", .zeros([1])))
        state[3].1 = .zeros([7])
        let error = #expect(throws: WeightsError.self) { try optimizer.restore(state) }
        #expect(
            error?.description == """
                the saved state does not fit the optimizer adam:
                  first.head.weight: missing
                  first.tail.weight: not in the model
                  first.encoder.bias: found shape [7], expected [12]
                """)
    }

    @Test func countsBeyondAnyTrainingAreRefused() throws {
        let problem = SmallProblem()
        let optimizer = Optimizer(Adam(), problem.parameters)
        var state = optimizer.state
        state[1].1 = .full([3, 4], 65535)
        let error = #expect(throws: WeightsError.self) { try optimizer.restore(state) }
        #expect(
            error?.description.hasSuffix(
                "\n  steps: found 18446744073709551615, expected at most 9007199254740992") == true)
    }

    @Test(arguments: [
        (#"{"type": "adan"}"#, #"1:24: optimizer.type: unknown optimizer "adan"; did you mean "adam"?"#),
        (
            #"{"type": "adam", "beta1": 1}"#,
            "1:41: optimizer.beta1: expected a number of at least 0 and below 1, found 1"
        ),
        (
            #"{"type": "sgd", "nesterov": true}"#,
            "1:43: optimizer.nesterov: requires \"momentum\" above 0, found 0"
        ),
        (
            #"{"type": "sgd", "clip_norm": 1, "clip_value": 1}"#,
            "1:61: optimizer.clip_value: cannot be combined with \"clip_norm\"; remove one of them"
        ),
        (
            #"{"type": "sgd", "groups": [{"learning_rate_factor": 2}]}"#,
            "1:42: optimizer.groups[0].parameters: missing; expected a list of strings with 1 or more elements"
        ),
        (
            #"{"type": "adam", "defaults": "torch"}"#,
            #"1:44: optimizer.defaults: expected "keras" or "pytorch", found "torch"; did you mean "pytorch"?"#
        ),
    ])
    func mistakes(_ optimizer: String, _ message: String) {
        let error = #expect(throws: ConfigurationError.self) {
            _ = try OptimizerConfig.decode(text: #"{"optimizer": \#(optimizer)}"#, source: "a.json")
        }
        #expect(error?.description == "a.json:" + message)
    }
}
