import SpeechEmotion

extension RunGroup {
    /// A sentence about the classes that the test sets lack and their effect on the metrics; nil if there are none.
    func missingClassesNote(_ metrics: [String]) -> String? {
        guard let effect = MissingClasses.effect(on: metrics) else { return nil }
        var missing: [Int: Set<String>] = [:]
        for member in members {
            missing[member.fold, default: []].formUnion(member.predictions?.missingClasses ?? [])
        }
        let incomplete = missing.values.filter { !$0.isEmpty }
        guard let first = incomplete.first else { return nil }
        return missing.values.allSatisfy { $0 == first }
            ? "No clips of \(MissingClasses.list(first.sortedByBytes())): \(effect)."
            : "In \(incomplete.count) of \(missing.count) folds, some classes have no clips. In these folds, \(effect)."
    }
}
