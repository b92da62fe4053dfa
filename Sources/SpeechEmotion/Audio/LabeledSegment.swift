/// A part of a recording with a label, such as a phone, a word or a laugh.
public struct LabeledSegment: Sendable, Equatable {
    /// The start and the end in seconds.
    public var start, end: Double
    /// The label.
    public var label: String

    /// Creates a segment.
    public init(start: Double, end: Double, label: String) {
        (self.start, self.end, self.label) = (start, end, label)
    }
}
