import Autograd
import Configuration
import Layers
import SpeechEmotion

/// Several trained models as one: the mean of their logits, which is the geometric mean of their probabilities.
public enum Ensemble {
    /// A model that asks all of these, made of model files or folders of runs.
    ///
    /// Throws a `FileError` where a file is damaged, where there are fewer than two, or where one has other features, classes or
    /// views than the first.
    public static func combine(_ paths: [String]) throws -> (model: Model, card: ModelCard) {
        try combine(paths, comparesViews: true)
    }

    static func combine(_ paths: [String], comparesViews: Bool) throws -> (model: Model, card: ModelCard) {
        guard paths.count > 1 else {
            throw FileError(
                file: paths.first ?? "an ensemble", place: "the models", found: "\(paths.count)",
                allowed: "at least two, such as runs of one experiment with several seeds")
        }
        let files = paths.map(RunFile.modelFile)
        let members = try files.map { try ModelFile.read($0) }
        let first = members[0]
        for (file, member) in zip(files, members).dropFirst() {
            let cards = [member, first].map { Self.summary($0.model, $0.card, hasViews: comparesViews) }
            guard let difference = ConfigDifference.all(among: cards).first else { continue }
            let values = difference.values.map { $0?.line ?? "nothing" }
            throw FileError(
                file: file, place: difference.path, found: values[0],
                allowed: "\(values[1]), as in \(files[0]): models that hear and say the same")
        }
        let spec = Branches.Spec(members.map(\.model.spec), join: .average)
        let model = try Model(spec, input: first.model.input, generator: RandomGenerator(seed: 0))
        // The ensemble has what its members have, in their order.
        for (own, its) in zip(model.parameters, members.flatMap(\.model.parameters)) { own.value = its.value }
        for (own, its) in zip(model.namedBuffers, members.flatMap(\.model.namedBuffers)) {
            own.buffer.value = its.buffer.value
        }
        return (model, first.card)
    }

    /// What members have to have in common.
    private static func summary(_ model: Model, _ card: ModelCard, hasViews: Bool) -> JSONValue {
        // With defaults that an older program did not write.
        let features = card.features.map { (try? FeaturePipeline.decode($0).encode()) ?? $0 }
        let views = hasViews ? (try? card.testTimeAugmentation().copies.encode()) ?? card.tta : nil
        return JSONValue(
            .object([
                JSONMember("features", features ?? .null), JSONMember("input", model.input.encode()),
                JSONMember("outputs", model.plan.output.encode()),
                JSONMember("classes", card.classes.encode()), JSONMember("views", views ?? .null),
            ]))
    }
}
