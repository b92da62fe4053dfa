import Autograd
import AutogradTesting
import Configuration
import Layers
import Testing

/// Results of layers against numbers worked out otherwise.
@Suite struct LayerValuesTests {
    private func layer(_ json: String, _ input: [Int]) throws -> any Layer {
        try Model(text: json, input: input, generator: RandomGenerator(seed: 1)).layer
    }

    private func normal(_ shape: [Int], _ seed: UInt64 = 3) -> Tensor {
        .normal(shape, mean: 0, deviation: 1, using: RandomGenerator(seed: seed))
    }

    @Test func maskingFindsLengths() throws {
        let masking = try layer(#"{"type": "masking", "value": -1}"#, [3, 2])
        let x = Tensor(
            [1, 2, -1, -1, -1, 5, 1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1], shape: [3, 3, 2])
        #expect(masking.forward(Signal(x), .inference).lengths == [3, 1, 0])
        #expect(masking.forward(Signal(x, lengths: [1, 3, 2]), .inference).lengths == [1, 1, 0])
    }

    /// Padding, whatever stands in it, becomes zeros that later layers take for steps.
    @Test func unmaskingForgetsLengths() throws {
        let model = try layer(#"[{"type": "unmask"}, {"type": "global_pool"}]"#, [4, 1])
        let x = Tensor([8, 4, .nan, .infinity], shape: [1, 4, 1])
        #expect(model.forward(Signal(x, lengths: [2]), .inference).tensor.array == [3])
        let plain = try layer(#"{"type": "global_pool"}"#, [4, 1])
        #expect(plain.forward(Signal(x, lengths: [2]), .inference).tensor.array == [6])
    }

    /// The padding, the population standard deviation, its minimum for a constant channel, and a sequence without steps.
    @Test func statisticsAreMeansAndDeviations() throws {
        let pool = try layer(#"{"type": "global_pool", "kind": "statistics"}"#, [3, 2])
        let x = Tensor(
            [1, 5, 3, 5, .nan, .infinity, 2, 0, 2, 3, 2, 6, 7, 7, 7, 7, 7, 7], shape: [3, 3, 2])
        let y = pool.forward(Signal(x, lengths: [2, 3, 0]), .inference).tensor
        #expect(y.shape == [3, 4])
        let expected: [Real] = [2, 5, 1, 1e-4, 2, 3, 1e-4, Real(6).squareRoot(), 0, 0, 0, 0]
        #expect(zip(y.array, expected).allSatisfy { abs($0 - $1) < 1e-6 }, "\(y.array)")
        let images = try layer(#"{"type": "global_pool", "kind": "statistics"}"#, [1, 2, 1])
        let z = images.forward(Signal(Tensor([-1, 3], shape: [1, 1, 2, 1])), .inference).tensor
        #expect(z.array == [1, 2])
    }

    @Test func embeddingPicksRows() throws {
        let embedding = try layer(
            #"{"type": "embedding", "vocabulary_size": 4, "units": 2, "mask_zero": true}"#, [3])
        let rows = embedding.parameters[0].value.array
        let y = embedding.forward(Signal(Tensor([3, 0, 1, 2, 0, 0], shape: [2, 3])), .inference)
        #expect(y.lengths == [3, 1])
        let expected: [Real] = [3, 0, 1, 2, 0, 0].flatMap { (word: Int) in
            [rows[2 * word], rows[2 * word + 1]]
        }
        #expect(y.tensor.array == expected)
    }

    @Test func aDeviationTooSmallForANumberIsNone() {
        let norm = FeatureNorm(channels: 1)
        let x = Tensor([0, 0, 0, .leastNonzeroMagnitude], shape: [4, 1])
        norm.fit([Signal(x)])
        #expect(norm.deviation.value.array == [1])
        let y = norm(x).array
        #expect(y.allSatisfy { $0.isFinite })
    }

    @Test(arguments: [
        (#"{"type": "layer_norm", "epsilon": 1e-300}"#, "epsilon", "from 1e-12 to 1"),
        (#"{"type": "dense", "units": 1, "l1": 1e300}"#, "l1", "from 0 to 1000000"),
        (#"{"type": "conv1d", "filters": 1, "l2": 1e39}"#, "l2", "from 0 to 1000000"),
        (#"{"type": "temporal_block", "filters": 1, "l2": 1e39}"#, "l2", "from 0 to 1000000"),
    ]) func numbersThatNoWeightCanHoldAreRefused(_ json: String, _ key: String, _ allowed: String) {
        let error = #expect(throws: ConfigurationError.self) { try Model.spec(JSONValue.parse(json)) }
        let text = error.map { "\($0)" } ?? ""
        #expect(text.contains("\(key): expected a number \(allowed), found"), "\(text)")
    }

    @Test func featureNormIsFittedOnValidSteps() throws {
        let norm = FeatureNorm(channels: 2)
        let first = Tensor([1, 7, 3, 7, 900, 900], shape: [1, 3, 2])
        norm.fit([Signal(first, lengths: [2]), Signal(Tensor([5, 7, 7, 7], shape: [2, 1, 2]))])
        #expect(norm.mean.value.array == [4, 7])
        // The second channel never changes.
        #expect(norm.deviation.value.array == [Real(5).squareRoot(), 1])
        let y = norm(Tensor([4, 8], shape: [1, 2]))
        #expect(y.array == [0, 1])
    }

    /// A norm that the layer before it applies is kept between calls, but not once its numbers have changed.
    @Test func absorbedNormsFollowTheirNumbers() throws {
        let chain = try layer(#"[{"type": "dense", "units": 3}, {"type": "batch_norm"}]"#, [2])
        let (dense, norm) = try #require((chain as? Sequential).map { ($0.layers[0], $0.layers[1]) })
        let x = normal([5, 2])
        func agrees() -> Bool {
            withoutRecording { Closeness().difference(chain(x), norm(dense(x))) == nil }
        }
        #expect(agrees())
        _ = chain(x, .training(RandomGenerator(seed: 2)))
        #expect(agrees())
        norm.parameters[0].update { $0[1] = 7 }
        #expect(agrees())
    }

    @Test func simpleRNNIsItsEquation() throws {
        let rnn = try layer(#"{"type": "rnn", "units": 3}"#, [4, 2])
        let (w, u, b) = (rnn.parameters[0].value, rnn.parameters[1].value, rnn.parameters[2].value)
        let x = normal([2, 4, 2])
        var state = Tensor.zeros([2, 3])
        for step in 0..<4 {
            state = (matmul(x.select(axis: 1, index: step), w) + matmul(state, u) + b).tanh()
            #expect(Closeness().difference(rnn(x).select(axis: 1, index: step), state) == nil)
        }
    }

    @Test func causalAttentionSeesNoLaterStep() throws {
        let attention = try layer(
            #"{"type": "multi_head_attention", "num_heads": 2, "causal": true}"#, [5, 4])
        let x = normal([1, 5, 4])
        let changed = concatenate([x.slice(axis: 1, 0..<3), normal([1, 2, 4], 9)], axis: 1)
        let (y, z) = (attention(x), attention(changed))
        #expect(y.slice(axis: 1, 0..<3).array == z.slice(axis: 1, 0..<3).array)
        #expect(y.slice(axis: 1, 3..<5).array != z.slice(axis: 1, 3..<5).array)
    }

    @Test func attentionCanBeSeen() throws {
        let text = """
            [{"type": "transformer", "num_heads": 2},
             {"type": "parallel", "branches": [{"type": "attention"}, {"type": "attention", "form": "reduced"}]}]
            """
        let model = try Model(text: text, input: [5, 4], generator: RandomGenerator(seed: 1))
        let found = model.attentionWeights(Signal(normal([2, 5, 4]), lengths: [4, 2]))
        #expect(found.map(\.name) == ["0.attention.body.1", "1.0", "1.1"])
        #expect(found.map(\.weights.shape) == [[2, 2, 4, 4], [2, 5], [2, 5]])
        for (name, weights) in found {
            #expect(
                Closeness().difference(weights.sum(axes: [-1]), .ones(Array(weights.shape.dropLast()))) == nil
            )
            let behind = weights.select(axis: 0, index: 1).slice(axis: -1, 2..<4)
            #expect(behind.array.allSatisfy { $0 == 0 }, "\(name)")
        }
        let single = try layer(#"{"type": "attention"}"#, [5, 4])
        #expect(single.attentionWeights(Signal(normal([1, 5, 4]))).map(\.name) == [""])
    }

    /// Gated attention (Ilse et al. 2018) with a masked step. The numbers are from NumPy in float64: the formula, and central differences.
    @Test func gatedAttentionWeightsByGates() throws {
        let attention = try #require(
            layer(#"{"type": "attention", "gated": true, "units": 3}"#, [3, 2]) as? AdditiveAttention)
        let gate = try #require(attention.gate)
        let scorer = try #require(attention.scorer)
        let parameters = [attention.weight, attention.bias, scorer, gate.weight, gate.bias]
        #expect(attention.parameters.count == parameters.count)
        let values: [[Real]] = [
            [0.5, -1, 0.25, 1.5, 0.75, -0.5], [0.1, -0.2, 0.3], [2, -1, 0.5],
            [-0.5, 0.8, 1.2, 0.4, -1.1, 0.6], [-0.3, 0.2, 0.05],
        ]
        for (parameter, values) in zip(parameters, values) {
            parameter.value = Tensor(values, shape: parameter.shape)
        }
        let x = Tensor([1, -1, 0.5, 2, -1.5, 0.25, 0.2, 0.4, -0.6, 0.8, 9, 9], shape: [2, 3, 2])
        let (context, weights) = attention.pool(Signal(x, lengths: [3, 2]))
        let close = Closeness(relative: 1e-5, absolute: 1e-6)
        #expect(
            close.difference(
                weights,
                Tensor(
                    [0.44086783, 0.44308806, 0.11604411, 0.50855232, 0.49144768, 0], shape: [2, 3])) == nil)
        #expect(
            close.difference(
                context, Tensor([0.48834569, 0.47431931, -0.19315814, 0.59657907], shape: [2, 2])) == nil)
        let gradients = (context * Tensor([1, -2, 0.5, 3], shape: [2, 2])).sum().backward()
        let expected: [[Real]] = [
            [0.5775507, -0.0222682, -0.0339439, -0.3728713, 0.3824682, -1.0393574],
            [0.1250104, 0.1029574, -0.2637523], [-0.9480952, -1.4447316, 1.3526836],
            [-0.810458, 0.1791902, 0.1541507, -0.895225, 0.0903687, -0.057932],
            [-1.019143, 0.2622841, 0.1683476],
        ]
        for (parameter, expected) in zip(parameters, expected) {
            let found = try #require(gradients[parameter])
            #expect(close.difference(found, Tensor(expected, shape: parameter.shape)) == nil)
        }
    }

    @Test func residualAddsItsInput() throws {
        let json = #"{"type": "residual", "body": [{"type": "dense", "units": 3}], "scale": 0.5}"#
        let residual = try layer(json, [3])
        let x = normal([2, 3])
        let body = linear(x, residual.parameters[0].value, bias: residual.parameters[1].value)
        #expect(Closeness().difference(residual(x), x + body * 0.5) == nil)
    }

    @Test func dropPathKeepsOrDropsWholeExamples() throws {
        let drop = try layer(#"{"type": "drop_path", "rate": 0.5}"#, [2, 3])
        let y = drop(.ones([64, 2, 3]), .training(RandomGenerator(seed: 1)))
        let sums = Set(y.sum(axes: [1, 2]).array)
        #expect(sums == [0, 12])
        #expect(drop(.ones([2, 2, 3])).array == Array(repeating: 1, count: 12))
    }

    @Test func emptySequencesStayFinite() throws {
        for json in [
            #"{"type": "multi_head_attention", "num_heads": 2}"#, #"{"type": "global_pool"}"#,
            #"{"type": "global_pool", "kind": "max"}"#, #"{"type": "group_norm", "groups": 2}"#,
            #"{"type": "squeeze_excitation"}"#, #"{"type": "conformer", "num_heads": 2}"#,
            #"{"type": "attention", "gated": true}"#,
        ] {
            let y = try layer(json, [3, 4]).forward(Signal(normal([2, 3, 4]), lengths: [0, 3]), .inference)
            let isFinite = y.tensor.array.allSatisfy { $0.isFinite }
            #expect(isFinite, "\(json)")
            let none = try layer(json, [3, 4]).forward(
                Signal(normal([2, 3, 4]), lengths: [0, 0]), .inference)
            let staysFinite = none.tensor.array.allSatisfy { $0.isFinite }
            #expect(staysFinite, "\(json)")
        }
    }

    @Test func shapesThatDoNotFitAreRefused() throws {
        let refused: [(String, [Int], String)] = [
            (
                #"{"type": "reshape", "shape": [5, -1]}"#, [3, 4],
                "reshape cannot convert [3, 4] to [5, -1]: the product of the sizes must remain 12"
            ),
            (
                #"{"type": "group_norm", "groups": 3}"#, [3, 4],
                "group_norm cannot split 4 channels into 3 groups; use a number that divides them"
            ),
            (
                #"{"type": "residual", "body": [{"type": "flatten"}]}"#, [3, 4],
                "residual cannot add its input of shape [3, 4] to the body's output of shape [12]; the body must keep the sizes or divide them by its stride, "
                    + #"as with "padding": "same""#
            ),
        ]
        for (json, input, message) in refused {
            let spec = try Model.spec(JSONValue.parse(json))
            do {
                _ = try spec.plan(input)
                Issue.record("\(json) took \(input)")
            } catch { #expect(error.description == message) }
        }
    }
}
