/// One example of a corpus: where its sound is, and what is known of it.
public struct Clip: Sendable, Hashable {
    /// Where the sound of a clip comes from.
    public enum Source: Sendable, Hashable {
        /// A file, or the part of it from `start` to `end` in seconds.
        case file(path: String, start: Double?, end: Double?)
        /// A sound of the embedded corpus, made when it is asked for.
        case synthetic(SyntheticClip)
    }

    /// Names the clip within its corpus; stable between machines: the path below the corpus' folder, for files.
    public var id: String
    /// Where its sound is.
    public var source: Source
    /// The class, by name.
    public var label: String
    /// Who speaks; nil where that is not known.
    public var speaker: String?
    /// Further columns, such as statement, repetition, intensity, channel or gender.
    public var attributes: [String: String]
    /// For a changed copy of another clip's sound, the id of that clip; nil for recordings.
    public var origin: String?

    /// A clip. The speaker and attributes may be unknown.
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

    /// What a column says of the clip: `label`, `speaker`, `id`, or the name of an attribute. Nil where it is not known.
    public func value(of column: String) -> String? {
        switch column {
        case "id": id
        case "label": label
        case "speaker": speaker
        default: attributes[column]
        }
    }
}
