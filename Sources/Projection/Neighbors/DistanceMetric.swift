/// How the distance between two rows is measured.
public enum DistanceMetric: String, Sendable, Equatable, CaseIterable {
    /// The Euclidean distance.
    case euclidean
    /// One minus the cosine of the angle between the rows. A row of zeros has distance 1 to all others.
    case cosine
}
