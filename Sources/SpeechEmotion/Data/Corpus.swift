import Autograd

/// The clips of a corpus and the names of their classes.
public struct Corpus: Sendable {
    /// The name of the corpus in reports.
    public var name: String
    /// The clips, in an order that depends on the data alone.
    public var clips: [Clip]
    /// The classes, in the order of a model's outputs.
    public var classes: [String]
    /// Files that were omitted, and why.
    public var omissions: [Omission]
    /// The name of the set of speakers, such as `RAVDESS`; combined corpora with the same name share their speakers. nil if no
    /// other corpus has these speakers.
    public var speakerSet: String?

    /// Creates a corpus; the classes default to those of the clips in alphabetical order.
    public init(
        name: String, clips: [Clip], classes: [String]? = nil, omissions: [Omission] = [],
        speakerSet: String? = nil
    ) {
        self.name = name
        self.speakerSet = speakerSet
        self.clips = clips
        self.classes = classes ?? clips.values(of: "label")
        self.omissions = omissions
    }

    /// The number of clips of each class, in the order of `classes`.
    public var classCounts: [Int] { clips.counts(of: classes) }

    /// The speakers, in alphabetical order.
    public var speakers: [String] { clips.values(of: "speaker") }

    /// Changes with the ids, classes and speakers of the clips, so that a split can be matched with its corpus. It is
    /// independent of the order of the clips and of where their files are.
    public var fingerprint: String {
        var sum: UInt64 = 0
        for clip in clips {
            var hash = FNV1a()
            for text in [clip.id, clip.label, clip.speaker ?? ""] {
                hash.combine(text.utf8)
                hash.combine(0xFF)
            }
            sum &+= (hash.value ^ hash.value >> 29) &* 0xBF58_476D_1CE4_E5B9
        }
        let hex = String(sum, radix: 16)
        return String(repeating: "0", count: 16 - hex.count) + hex
    }
}

extension [Clip] {
    /// The values of a column in alphabetical order (by bytes), without duplicates and missing values.
    public func values(of column: String) -> [String] {
        Set(compactMap { $0.value(of: column) }).sortedByBytes()
    }

    /// The number of clips of each class.
    public func counts(of classes: [String]) -> [Int] {
        let counts = Dictionary(map { ($0.label, 1) }, uniquingKeysWith: +)
        return classes.map { counts[$0] ?? 0 }
    }
}

extension Sequence<String> {
    /// Sorts by bytes, which is the same on every machine and in every locale.
    package func sortedByBytes() -> [String] { sorted { $0.precedes($1) } }
}

extension String {
    /// Whether this text precedes another in byte order.
    package func precedes(_ other: String) -> Bool { utf8.lexicographicallyPrecedes(other.utf8) }
}
