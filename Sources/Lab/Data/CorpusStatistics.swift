import Configuration
import Reports
import SpeechEmotion

/// Statistics of a corpus: number, durations and audio formats of its clips, in total and by every column.
public struct CorpusStatistics: Sendable {
    /// A group of clips.
    public struct Group: Sendable {
        /// The value that the clips share, such as a class.
        public var value: String
        /// The number of clips.
        public var clips: Int
        /// The number of clips whose audio headers could not be read.
        public var unreadable: Int
        /// Durations in seconds; nil where no header was read.
        public var seconds: NumberSummary?
        /// The number of clips with each sample rate, in ascending order.
        public var rates: [(rate: Int, clips: Int)]
        /// The number of clips with each number of channels, in ascending order.
        public var channels: [(channels: Int, clips: Int)]
    }

    /// A column, such as `label`, with the clips of each of its values.
    public struct Column: Sendable {
        /// The name of the column.
        public var name: String
        /// The number of distinct values.
        public var distinct: Int
        /// The number of clips without a value.
        public var missing: Int
        /// A group for each value; empty if there are more than `mostValues`.
        public var groups: [Group]

        /// Whether every value has a group.
        public var isListed: Bool { !groups.isEmpty }
    }

    /// An audio format with the number of its clips.
    public struct Format: Sendable {
        /// The header of the clips, without a length.
        public var format: String
        /// The sample rate in Hz.
        public var rate: Int
        /// The number of channels.
        public var channels: Int
        /// The number of clips in this format.
        public var clips: Int
    }

    /// Columns with more values than this are not listed.
    public static let mostValues = 200

    /// The name of the corpus.
    public let name: String
    /// The number of classes.
    public let classes: Int
    /// All clips.
    public let all: Group
    /// Audio formats, the most frequent first; empty if no header was read.
    public let formats: [Format]
    /// The class, the speaker and all other columns.
    public let columns: [Column]
    /// The clips whose headers could not be read, and why.
    public let unreadable: [Omission]
    private let hasHeaders: Bool

    /// Counts the clips of a corpus.
    ///
    /// - Parameter scan: The headers of all clips of the corpus; nil omits durations and formats.
    public init(_ corpus: Corpus, scan: HeaderScan?) {
        let clips = corpus.clips
        let headers = scan?.headers ?? clips.map { _ in nil }
        func group(_ value: String, _ members: [Int]) -> Group {
            let known = members.compactMap { headers[$0] }
            func counts(_ number: (ClipHeader) -> Int) -> [(Int, Int)] {
                Dictionary(known.map { (number($0), 1) }, uniquingKeysWith: +).sorted { $0.key < $1.key }
                    .map { ($0.key, $0.value) }
            }
            return Group(
                value: value, clips: members.count,
                unreadable: scan == nil ? 0 : members.count - known.count,
                seconds: NumberSummary(known.map(\.seconds)),
                rates: counts(\.rate).map { (rate: $0, clips: $1) },
                channels: counts(\.channels).map { (channels: $0, clips: $1) })
        }
        name = corpus.name
        classes = corpus.classes.count
        hasHeaders = scan != nil
        all = group("all", Array(clips.indices))
        unreadable = scan?.unreadable ?? []
        let kinds = headers.compactMap { header in
            header.map { ClipHeader(format: $0.format, rate: $0.rate, channels: $0.channels, seconds: 0) }
        }
        formats = Dictionary(kinds.map { ($0, 1) }, uniquingKeysWith: +).map { kind, count in
            Format(format: kind.format, rate: kind.rate, channels: kind.channels, clips: count)
        }.sorted { ($1.clips, $0.format, $0.rate, $0.channels) < ($0.clips, $1.format, $1.rate, $1.channels) }
        columns = corpus.columns.map { column in
            var members: [String: [Int]] = [:]
            for (index, clip) in clips.enumerated() {
                if let value = clip.value(of: column) { members[value, default: []].append(index) }
            }
            let values = members.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            return Column(
                name: column, distinct: values.count,
                missing: clips.count - members.values.reduce(0) { $0 + $1.count },
                groups: values.count > Self.mostValues ? [] : values.map { group($0, members[$0] ?? []) })
        }
    }

    // MARK: - For people

    /// Notes on data that the tables omit, one sentence each.
    public var notes: [String] {
        let speakers = columns.contains { $0.name == "speaker" }
        return columns.filter { !$0.isListed }.map {
            "\"\($0.name)\" has \(NumberText.count($0.distinct)) different values; columns with more than \(Self.mostValues) are not listed. Train data list writes all of them."
        }
            + columns.filter { $0.missing > 0 }.map {
                "\(NumberText.count($0.missing, "clip")) without a value for \"\($0.name)\"."
            } + (speakers ? [] : ["No clip has a speaker: splits by speaker are not possible."])
            + (unreadable.isEmpty
                ? []
                : [
                    "\(NumberText.count(unreadable.count, "clip")) cannot be read; durations and formats exclude them."
                ])
    }

    /// A summary of the corpus in one line.
    public var headline: String {
        let speakers = columns.first { $0.name == "speaker" }.map {
            ", \(NumberText.count($0.distinct, "speaker"))"
        }
        return "\(name): \(NumberText.count(all.clips, "clip")), "
            + "\(NumberText.count(classes)) \(classes == 1 ? "class" : "classes")\(speakers ?? "")"
    }

    /// A table of all clips, one of the formats, and one for each column that is listed.
    public var tables: [any ReadableTable] {
        let formats = AttributeTable(
            title: "Audio formats", headline: headline,
            columns: ["format", "sample rate", "channels", "clips"],
            cells: self.formats.map {
                [$0.format, Self.kilohertz($0.rate), "\($0.channels)", NumberText.count($0.clips)]
            })
        return [table("corpus", [all])] + (self.formats.isEmpty ? [] : [formats])
            + columns.filter(\.isListed).map { table($0.name, $0.groups) }
    }

    /// The statistics as text for a terminal.
    public var text: String {
        headline + "\n\n" + tables.map { $0.text + "\n" }.joined() + notes.map { $0 + "\n" }.joined()
    }

    /// The statistics as Markdown.
    public var markdown: String {
        headline.asMarkdown + "\n\n" + tables.map { $0.markdown + "\n" }.joined()
            + notes.map { "- " + $0.asMarkdown + "\n" }.joined()
    }

    /// The statistics as LaTeX tables, with the corpus in their captions.
    public var latex: String { tables.map(\.latex).joined(separator: "\n") }

    /// The statistics as an HTML page.
    public var html: String {
        HTML.page(
            title: headline,
            tables.map(\.html).joined() + notes.map { HTML.paragraph($0, class: "note") }.joined())
    }

    private struct AttributeTable: ReadableTable {
        var title: String
        /// The corpus.
        var headline: String
        var caption: String {
            "\(headline). \(title.isEmpty ? "Clips by \(columns[0])" : title)"
        }
        var note: String { "" }
        var columns: [String]
        var cells: [[String]]
    }

    private func table(_ column: String, _ groups: [Group]) -> AttributeTable {
        let isBroken = groups.contains { $0.unreadable > 0 }
        guard hasHeaders else {
            return AttributeTable(
                title: "", headline: headline, columns: [column, "clips"],
                cells: groups.map { [$0.value, NumberText.count($0.clips)] })
        }
        let names =
            ["clips"] + (isBroken ? ["unreadable"] : [])
            + ["min s", "median s", "p95 s", "max s", "total min", "sample rate", "channels"]
        return AttributeTable(
            title: "", headline: headline, columns: [column] + names,
            cells: groups.map { group in
                func seconds(_ value: Double?) -> String { value.map { NumberText.fixed($0, 2) } ?? "–" }
                let rates = group.rates.map { (Self.kilohertz($0.rate), $0.clips) }
                let summary = group.seconds
                return [group.value, NumberText.count(group.clips)]
                    + (isBroken ? [NumberText.count(group.unreadable)] : [])
                    + [
                        seconds(summary?.least), seconds(summary?.median), seconds(summary?.percentile95),
                        seconds(summary?.largest),
                        summary.map { NumberText.fixed($0.total / 60, $0.total < 600 ? 2 : 1) } ?? "–",
                        Self.mix(rates), Self.mix(group.channels.map { ("\($0.channels)", $0.clips) }),
                    ]
            })
    }

    /// One value alone, or each with its clips: `24 kHz (44), 48 kHz (60)`.
    private static func mix(_ counts: [(String, Int)]) -> String {
        guard counts.count != 1 else { return counts[0].0 }
        return counts.isEmpty
            ? "–" : counts.map { "\($0.0) (\(NumberText.count($0.1)))" }.joined(separator: ", ")
    }

    private static func kilohertz(_ rate: Int) -> String {
        NumberText.trimmed(NumberText.fixed(Double(rate) / 1000, 3)) + " kHz"
    }

    // MARK: - For programs

    /// The statistics as JSON, with durations in seconds.
    public var json: JSONValue {
        func counts(_ counts: [(Int, Int)]) -> JSONValue {
            JSONValue(.object(counts.map { JSONMember("\($0.0)", $0.1.encode()) }))
        }
        func group(_ group: Group) -> JSONValue {
            var members: [JSONMember] = [
                JSONMember("value", group.value.encode()), JSONMember("clips", group.clips.encode()),
            ]
            guard hasHeaders else { return JSONValue(.object(members)) }
            let summary = group.seconds
            members += [
                JSONMember("unreadable", group.unreadable.encode()),
                JSONMember(
                    "seconds",
                    [
                        "min": summary?.least.encode() ?? JSONValue(.null),
                        "median": summary?.median.encode() ?? JSONValue(.null),
                        "percentile_95": summary?.percentile95.encode() ?? JSONValue(.null),
                        "max": summary?.largest.encode() ?? JSONValue(.null),
                        "total": summary?.total.encode() ?? JSONValue(.null),
                    ]),
                JSONMember("sampling_rates", counts(group.rates.map { ($0.rate, $0.clips) })),
                JSONMember("channels", counts(group.channels.map { ($0.channels, $0.clips) })),
            ]
            return JSONValue(.object(members))
        }
        let formats = self.formats.map { format -> JSONValue in
            [
                "format": format.format.encode(), "sampling_rate": format.rate.encode(),
                "channels": format.channels.encode(), "clips": format.clips.encode(),
            ]
        }
        let columns = self.columns.map { column -> JSONValue in
            [
                "column": column.name.encode(), "distinct": column.distinct.encode(),
                "missing": column.missing.encode(), "listed": column.isListed.encode(),
                "values": JSONValue(.list(column.groups.map(group))),
            ]
        }
        let broken = unreadable.map { omission -> JSONValue in
            ["clip": omission.file.encode(), "reason": omission.reason.encode()]
        }
        return [
            "corpus": name.encode(), "classes": classes.encode(), "all": group(all),
            "formats": JSONValue(.list(formats)), "columns": JSONValue(.list(columns)),
            "unreadable": JSONValue(.list(broken)), "notes": notes.encode(),
        ]
    }

    /// A line for all clips and one for each value of each listed column.
    public var csv: String {
        func counts(_ counts: [(Int, Int)]) -> String {
            counts.map { "\($0.0):\($0.1)" }.joined(separator: ";")
        }
        func line(_ column: String, _ group: Group) -> String {
            let summary = group.seconds
            let numbers = [
                summary?.least, summary?.median, summary?.percentile95, summary?.largest, summary?.total,
            ].map { CSV.cell($0 ?? .nan) }
            let cells =
                [CSV.cell(column), CSV.cell(group.value), "\(group.clips)"]
                + (hasHeaders
                    ? ["\(group.unreadable)"] + numbers
                        + [
                            counts(group.rates.map { ($0.rate, $0.clips) }),
                            counts(group.channels.map { ($0.channels, $0.clips) }),
                        ]
                    : [])
            return cells.joined(separator: ",") + "\n"
        }
        let head =
            ["column", "value", "clips"]
            + (hasHeaders
                ? [
                    "unreadable", "min_seconds", "median_seconds", "percentile_95_seconds", "max_seconds",
                    "total_seconds", "sampling_rates", "channels",
                ] : [])
        return head.joined(separator: ",") + "\n" + line("", all)
            + columns.flatMap { column in column.groups.map { line(column.name, $0) } }.joined()
    }
}
