import Autograd
import Configuration
import Layers
import Metrics
import SpeechEmotion

/// An ensemble of trained models, networks and fitted models alike, which votes by logits or by probabilities.
public enum Ensemble {
    /// Combines model files or the models of run folders into an ensemble.
    ///
    /// Throws a `FileError` if a file is damaged, if there are fewer than two models, if features, classes or test-time
    /// augmentation differ, or if a model without probabilities is to vote with them.
    ///
    /// - Parameter vote: The rule and the weights; by default the mean of the logits.
    public static func combine(
        _ paths: [String], vote: EnsembleVote = EnsembleVote()
    ) throws -> (model: Model, card: ModelCard) {
        try combine(paths, vote, comparesTTA: true)
    }

    static func combine(
        _ paths: [String], _ vote: EnsembleVote, comparesTTA: Bool
    ) throws -> (model: Model, card: ModelCard) {
        guard paths.count > 1 else {
            throw FileError(
                file: paths.first ?? "an ensemble", place: "the models", found: "\(paths.count)",
                allowed: "at least two, such as the runs of an experiment with several seeds")
        }
        let files = paths.map(RunFile.modelFile)
        let members = try files.map { try ModelFile.read($0) }
        let first = members[0]
        for (file, member) in zip(files, members).dropFirst() {
            let cards = [member, first].map { Self.summary($0.model, $0.card, hasTTA: comparesTTA) }
            guard let difference = ConfigDifference.all(among: cards).first else { continue }
            let values = difference.values.map { $0?.line ?? "nothing" }
            let canVote = ["features", "input", "tta"].contains { difference.path.hasPrefix($0) }
            throw FileError(
                file: file, place: difference.path, found: values[0],
                allowed: "\(values[1]), as in \(files[0]): models with the same features and classes"
                    + (canVote ? "; Train evaluate --voting soft accepts different features" : ""))
        }
        guard first.card.targets == nil || vote.rule == .logits else {
            throw FileError(
                file: files[0], place: "the vote",
                found: "a model with targets, whose outputs are not the logits of one classification",
                allowed: "the voting rule logits, which averages all outputs")
        }
        try vote.check(files, members.map(\.model.spec))
        let spec = Voting.Spec(members.map(\.model.spec), voting: vote.rule, weights: vote.weights)
        let model = try Model(spec, input: first.model.input, generator: RandomGenerator(seed: 0))
        // A fitted model has no buffers before it has its arrays.
        for (own, its) in zip(model.fittedLayers, members.flatMap(\.model.fittedLayers)) {
            guard let own = own as? any EstimatorLayer, let fitted = (its as? any EstimatorLayer)?.fittedModel
            else { continue }
            try own.restore(fitted.arrays)
        }
        // The ensemble shares the card of its members.
        for (own, its) in zip(model.parameters, members.flatMap(\.model.parameters)) { own.value = its.value }
        for (own, its) in zip(model.namedBuffers, members.flatMap(\.model.namedBuffers)) {
            own.buffer.value = its.buffer.value
        }
        // An ensemble has no decision rule of its own.
        var card = first.card
        card.decisions = nil
        return (model, card)
    }

    /// The properties that all members must share.
    private static func summary(_ model: Model, _ card: ModelCard, hasTTA: Bool) -> JSONValue {
        // Decoding adds defaults that older model cards lack.
        let features = card.features.map { (try? FeaturePipeline.decode($0).encode()) ?? $0 }
        let tta = hasTTA ? (try? card.testTimeAugmentation().copies.encode()) ?? card.tta : nil
        // Weights of the loss, which each training learns anew, do not affect predictions.
        let targets = (try? card.targetOutputs())?.map { output in
            var output = output
            output.logVariance = nil
            return output
        }.encode()
        return JSONValue(
            .object([
                JSONMember("features", features ?? .null), JSONMember("input", model.input.encode()),
                JSONMember("outputs", model.plan.output.encode()),
                JSONMember("classes", card.classes.encode()), JSONMember("tta", tta ?? .null),
                JSONMember("targets", targets ?? .null),
            ]))
    }
}
