import Configuration
import Foundation
import Lab
import Layers
import TestSupport
import Testing

/// Runs of a small experiment with each loss.
@Suite(.serialized) struct LossRunTests {
    private final class Quiet: RunObserver {}

    private static func config(_ loss: JSONValue, _ settings: [String]) throws -> JSONValue {
        var json = try JSONValue.parse(smallExperiment, source: "a.json")
        json["loss"] = loss
        for setting in ["training.epochs=2", "augmentation.copies=[[]]"] + settings { try json.set(setting) }
        return json
    }

    /// The losses of the epochs; nil where the plan refuses the loss, with its place.
    private func train(_ loss: JSONValue, _ settings: [String]) throws -> [EpochLosses]? {
        let json = try Self.config(loss, settings)
        let experiment = try Experiment.decode(json)
        do throws(ConfigurationError) { _ = try ValidatedExperiment(experiment, json: json) } catch {
            // The loss ctc mixes no examples, and needs outputs for every step.
            let other =
                loss["type"]?.text == CTCLoss.type ? ["loss", "model", "training.mixup"] : ["loss"]
            #expect(Set(error.problems.map(\.path.description)).isSubset(of: other), "\(error)")
            #expect(error.problems.contains { $0.path.description == "loss" }, "\(error)")
            return nil
        }
        return try Toy.inFolder { folder in
            let folder = folder + "/run"
            _ = try ExperimentRun(experiment, folder: RunFolder(folder), observer: Quiet()).run()
            let lines = try String(contentsOfFile: folder + "/metrics.jsonl", encoding: .utf8).split(
                separator: "\n")
            return try lines.map { line in
                let json = try JSONValue.parse(String(line))
                return EpochLosses(
                    training: try #require(json["train_loss"]?.double),
                    validation: try #require(json["validation_loss"]?.double))
            }
        }
    }

    private struct EpochLosses {
        let training: Double
        let validation: Double
    }

    @Test(arguments: LossKinds.kinds.map { $0.type }, [[], ["training.mixup=0.4"]])
    func everyLossTrainsOrIsRefused(_ type: String, _ settings: [String]) throws {
        let epochs = try train(["type": JSONValue(.text(type))], settings)
        let others = [
            SupervisedContrastiveLoss.type, CTCLoss.type, ConcordanceLoss.type, PearsonLoss.type,
        ]
        #expect((epochs == nil) == others.contains(type))
        guard let epochs else { return }
        #expect(epochs.count == 2)
        #expect(epochs.allSatisfy { $0.training > 0 && $0.validation > 0 })
        // Mixtures differ from epoch to epoch.
        if settings.isEmpty { #expect(epochs[1].training < epochs[0].training) }
    }

    /// An evaluation has the class weights of the training set, as the run has.
    @Test(arguments: [
        #"loss={"type": "cross_entropy", "class_weights": "balanced"}"#, #"data.balance={"rule": "weights"}"#,
    ])
    func evaluationsHaveBalancedWeights(_ setting: String) throws {
        let json = try Self.config(
            ["type": "cross_entropy"],
            [setting, #"data.labels={"calm": "neutral"}"#, #"model[5].units="classes""#, "training.epochs=1"])
        let experiment = try Experiment.decode(json)
        try Toy.inFolder { folder in
            let result = try ExperimentRun(experiment, folder: RunFolder(folder + "/run"), observer: Quiet())
                .run()
            let again = try RunEvaluation([RunRecord(folder + "/run")], cache: nil, observer: Quiet())
                .evaluate()
            #expect(again.result.test["loss"] == result.test["loss"] && result.test["loss"] != nil)
        }
    }

    /// Most batches have no example that counts.
    @Test func classesThatDoNotCount() throws {
        let loss: JSONValue = ["type": "cross_entropy", "class_weights": [1, 0, 0, 0, 0, 0, 0, 0]]
        let epochs = try #require(try train(loss, ["training.batch_size=2", "evaluation.batch_size=1"]))
        #expect(epochs.count == 2)
        #expect(epochs.allSatisfy { $0.training > 0 && $0.validation > 0 })
    }
}
