import Autograd

/// Two clips of the same recording, complete or in part.
public struct DuplicatePair: Sendable, Hashable {
    /// The kind of match.
    public enum Kind: String, Sendable {
        /// All samples are equal.
        case samples
        /// The same recording with another level, sample rate or length.
        case recording
    }

    /// The id of the first clip, in the order of the corpus.
    public var first: String
    /// The id of the second clip.
    public var second: String
    /// Whether all samples are equal, or only the recording.
    public var kind: Kind
    /// The offset in seconds of the second clip within the first; negative if the first begins within the second.
    public var shift: Double
    /// The correlation of the overlap; 1 for equal samples.
    public var likeness: Double

    /// Creates a pair of duplicates.
    public init(first: String, second: String, kind: Kind, shift: Double, likeness: Double) {
        self.first = first
        self.second = second
        self.kind = kind
        self.shift = shift
        self.likeness = likeness
    }
}
