/// The parameters after the `?` of a request, decoded, in their order.
public struct Query: Sendable, Equatable, Sequence {
    /// A parameter.
    public struct Item: Sendable, Equatable {
        /// The decoded name.
        public let name: String
        /// The decoded value, empty if there is no `=`.
        public let value: String
    }

    private var items: [Item] = []

    /// Creates an empty query.
    public init() {}

    /// Parses `a=1&b=2`.
    ///
    /// - Throws: A `Problem` of status 400 for a malformed escape, for text that is not UTF-8, and for more than
    ///   1,000 parameters.
    public init(_ text: some StringProtocol) throws(Problem) {
        for part in text.utf8.split(separator: UInt8(ascii: "&")) {
            let pair = part.split(
                separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.text(pair[0]), let value = pair.count > 1 ? Self.text(pair[1]) : "" else {
                throw Problem(
                    400,
                    "The query contains \(shown(String(decoding: part, as: UTF8.self))), which is not percent-encoded UTF-8."
                )
            }
            guard items.count < 1000 else { throw Problem(400, "The query has more than 1,000 parameters.") }
            items.append(Item(name: name, value: value))
        }
    }

    private static func text(_ bytes: some Collection<UInt8>) -> String? {
        PercentCoding.decoded(bytes, plusIsSpace: true).flatMap { String(validating: $0, as: UTF8.self) }
    }

    /// The first value of a parameter, or nil.
    public subscript(name: String) -> String? { items.first { $0.name == name }?.value }

    /// The number of parameters.
    public var count: Int { items.count }

    /// Returns all values of a parameter in their order.
    public func values(_ name: String) -> [String] { items.filter { $0.name == name }.map(\.value) }

    /// Returns an iterator over the parameters.
    public func makeIterator() -> IndexingIterator<[Item]> { items.makeIterator() }
}
