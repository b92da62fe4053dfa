/// The clips of a data set and the names of their classes.
public struct Corpus: Sendable {
    /// What the data set is called in reports.
    public var name: String
    /// The clips, in an order that depends on the data alone.
    public var clips: [Clip]
    /// The classes, in the order of a model's outputs.
    public var classes: [String]
    /// What was left out while it was read, and why: one line each, naming the file.
    public var omissions: [String]

    /// A corpus; the classes are those of the clips in alphabetical order unless given.
    public init(name: String, clips: [Clip], classes: [String]? = nil, omissions: [String] = []) {
        self.name = name
        self.clips = clips
        self.classes = classes ?? Set(clips.map(\.label)).sorted()
        self.omissions = omissions
    }
}
