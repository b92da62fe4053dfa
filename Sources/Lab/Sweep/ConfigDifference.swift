import Configuration

/// A place at which documents differ.
public struct ConfigDifference: Sendable, Equatable {
    /// The way there. A list that is longer in one document than in another is told from the first element on that differs.
    public var path: String
    /// What each document has there; nil where it has nothing.
    public var values: [JSONValue?]

    /// The places at which documents differ, in their order.
    public static func all(among documents: [JSONValue]) -> [ConfigDifference] {
        differences(documents.map { $0 }, at: JSONPath())
    }

    /// The places at which experiments differ in what a result depends on.
    public static func all(among experiments: [Experiment]) -> [ConfigDifference] {
        all(
            among: experiments.map { experiment in
                var plain = experiment
                plain.name = Experiment().name
                plain.about = ""
                plain.sweep = nil
                plain.training.saveSeconds = TrainingOptions().saveSeconds
                plain.evaluation.batch = EvaluationOptions().batch
                return plain.encode()
            })
    }

    private static func differences(_ values: [JSONValue?], at path: JSONPath) -> [ConfigDifference] {
        guard let first = values.first, values.contains(where: { $0 != first }) else { return [] }
        let members = values.compactMap { $0?.members }
        if members.count == values.count, Set(values.map { $0?["type"]?.text }).count == 1 {
            var keys: [String] = []
            for key in members.joined().map(\.key) where !keys.contains(key) { keys.append(key) }
            return keys.flatMap { key in
                differences(values.map { $0?[key] }, at: path.appending(.key(key)))
            }
        }
        let lists = values.compactMap { $0?.elements }
        guard lists.count == values.count else {
            return [ConfigDifference(path: "\(path)", values: values)]
        }
        let counts = Set(lists.map(\.count))
        if counts.count == 1 {
            return (0..<lists[0].count).flatMap { index in
                differences(lists.map { $0[index] }, at: path.appending(.index(index)))
            }
        }
        let least = counts.min() ?? 0
        func areEqual(_ element: ([JSONValue]) -> JSONValue) -> Bool {
            lists.allSatisfy { element($0) == element(lists[0]) }
        }
        let same = (0..<least).first { index in !areEqual { $0[index] } } ?? least
        let sameAtEnd =
            (0..<least - same).first { index in !areEqual { $0[$0.count - 1 - index] } } ?? least - same
        let rests = lists.map { Array($0[same..<$0.count - sameAtEnd]) }
        let isMore = rests.contains { $0.count > 1 }
        return [
            ConfigDifference(
                path: "\(path.appending(.index(same)))" + (isMore ? " on" : ""),
                values: rests.map { rest in
                    isMore ? JSONValue(.list(rest)) : rest.first
                })
        ]
    }
}
