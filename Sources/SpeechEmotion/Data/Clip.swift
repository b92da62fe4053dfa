/// An example of a corpus: where its audio is, and its metadata.
public struct Clip: Sendable, Hashable {
    /// The source of the audio of a clip.
    public enum Source: Sendable, Hashable {
        /// A file, or a segment of it from `start` to `end` in seconds.
        case file(path: String, start: Double?, end: Double?)
        /// A clip of the synthetic corpus, synthesized on demand.
        case synthetic(SyntheticClip)
    }

    /// Identifies the clip within its corpus, independently of the machine: for files, the path below the corpus'
    /// folder.
    public var id: String
    /// The source of the audio.
    public var source: Source
    /// The name of the class.
    public var label: String
    /// The speaker; nil if unknown.
    public var speaker: String?
    /// Further columns, such as statement, repetition, intensity, channel or gender.
    public var attributes: [String: String]
    /// For an augmented copy, the id of the original clip; nil for recordings.
    public var origin: String?

    /// Creates a clip. The speaker and attributes may be unknown.
    public init(
        id: String, source: Source, label: String, speaker: String? = nil, attributes: [String: String] = [:],
        origin: String? = nil
    ) {
        self.id = id
        self.source = source
        self.label = label
        self.speaker = speaker
        self.attributes = attributes
        self.origin = origin
    }

    /// Returns the value of a column: `label`, `speaker`, `id`, or an attribute. Nil if unknown.
    public func value(of column: String) -> String? {
        switch column {
        case "id": id
        case "label": label
        case "speaker": speaker
        default: attributes[column]
        }
    }
}
