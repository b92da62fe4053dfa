import Autograd
import Configuration
import Layers
import Testing

@Suite struct ModelTests {
    private func error(_ text: String, _ input: [Int]) -> String? {
        do {
            _ = try Model(text: text, source: "m.json", input: input, generator: RandomGenerator(seed: 1))
            return nil
        } catch {
            return error.description
        }
    }

    @Test func mistakesOfAListHaveTheirPlace() {
        let text = """
            [
              {"type": "dense", "units": 0},
              {"type": "gruu", "units": 2}
            ]
            """
        let found = error(text, [4])
        #expect(
            found?.contains("m.json:2:30: [0].units: expected an integer of at least 1, found 0") == true)
        #expect(
            found?.contains("m.json:3:12: [1].type: unknown layer \"gruu\"; did you mean \"gru\"?")
                == true)
    }

    @Test func shapesThatDoNotFitHaveTheirPlace() {
        let text = """
            [
              {"type": "dense", "units": 3},
              {"type": "residual", "body": [
                {"type": "gru", "units": 2}
              ]}
            ]
            """
        #expect(
            error(text, [4])
                == "m.json:4:5: [1].body[0]: gru expects an input of shape [time, features], found [3]")
        #expect(
            error(#"{"type": "gru", "units": 2}"#, [4])?.hasSuffix(
                "gru expects an input of shape [time, features], found [4]") == true)
        #expect(error(text, [8, 4]) == nil)
    }

    @Test func aSingleLayerHasItsOwnNames() throws {
        let model = try Model(
            text: #"{"type": "dense", "units": 3}"#, input: [2], generator: RandomGenerator(seed: 1))
        #expect(model.namedParameters.map(\.name) == ["weight", "bias"])
        #expect(model(.ones([2, 2])).shape == [2, 3])
    }

    @Test func summaryIsATable() throws {
        let model = try Model(
            text:
                #"[{"type": "conv1d", "filters": 64, "kernel_size": 5}, {"type": "batch_norm"}, {"type": "global_pool"}]"#,
            input: [200, 40], generator: RandomGenerator(seed: 1))
        let expected = """
            layer  type         output     parameters  multiply-adds
            --------------------------------------------------------
            input               [200, 40]
            0      conv1d       [200, 64]      12,864      2,560,000
            1      batch_norm   [200, 64]         256         12,800
            2      global_pool  [64]                0              0
            --------------------------------------------------------
            12,992 trainable parameters
            13,120 parameters including non-trainable statistics
            2,572,800 multiply-adds per example
            """
        #expect(model.summary() == expected)
    }

    /// A model that is fitted to the data has no size before.
    @Test func summaryOfAnEstimatorHasNoCounts() throws {
        let model = try Model(
            text: #"[{"type": "standard_scaler"}, {"type": "svc", "units": 8}]"#, input: [28],
            generator: RandomGenerator(seed: 1))
        let expected = """
            layer  type             output  parameters  multiply-adds
            ---------------------------------------------------------
            input                   [28]
            0      standard_scaler  [28]        fitted              –
            1      svc              [8]         fitted              –
            ---------------------------------------------------------
            fitted to the whole training set; the run reports the size of the fitted model
            """
        #expect(model.summary() == expected)
        #expect(model.fittedSizes.isEmpty)
    }

    @Test func summaryOpensLayersInLayers() throws {
        let text = #"[{"type": "residual", "body": [{"type": "dense", "units": 2}]}]"#
        let model = try Model(text: text, input: [2], generator: RandomGenerator(seed: 1))
        #expect(model.summary(depth: 1).contains("0      residual"))
        #expect(model.summary(depth: 3).contains("0.body.0  dense"))
    }
}
