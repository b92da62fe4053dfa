import SpeechEmotion

extension [Split] {
    /// The numbers of the folds that have clips, counted from 1.
    var presentFolds: [Int] { indices.filter { !self[$0].isMissing }.map { $0 + 1 } }
}
