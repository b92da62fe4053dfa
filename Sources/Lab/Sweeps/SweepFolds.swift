/// The folds of a sweep.
public struct SweepFolds: Sendable {
    /// The numbers of the folds of each member, counted from 1.
    public let numbers: [[Int]]
    /// Whether every fold has clips.
    public let isComplete: Bool
    /// Sentences about folds that the data lack, wholly or in part.
    public let remarks: [String]
}
