import SpeechEmotion

extension EvaluationSet {
    /// The clips that were skipped, and the classes that only skipped clips have.
    ///
    /// - Parameters:
    ///   - all: All clips of the subset.
    ///   - hasClasses: Whether the labels of the clips are classes.
    func skipped(_ subset: Split.Subset, of all: [Clip], hasClasses: Bool) -> RunResult.Skipped {
        .init(
            subset, kept: clips.count, omissions, lost: hasClasses ? clips.lostClasses(of: all) : [])
    }
}
