/// Options that name files, which a run records by a fingerprint of their content.
public protocol PinnedOptions: TaggedOptions {
    /// Returns the options with the fingerprint of their files. Throws if they have that of other files.
    func pinned() throws -> Self
    /// The options without the paths that the fingerprint replaces.
    var identity: JSONValue { get }
}

extension PinnedOptions {
    public var identity: JSONValue { encode() }
}

extension Registry {
    /// Returns a document in which all pinned options of this registry are replaced, at any depth.
    public static func mappingPinned(
        in json: JSONValue, _ change: (any PinnedOptions) throws -> JSONValue
    ) rethrows -> JSONValue {
        if let type = json["type"]?.text, let kind = self.kind(type) as? any PinnedOptions.Type,
            let options = try? kind.decode(json)
        {
            return try change(options)
        }
        if let members = json.members {
            return JSONValue(
                .object(
                    try members.map {
                        JSONMember($0.key, try mappingPinned(in: $0.value, change), at: $0.place)
                    }), at: json.place)
        }
        guard let elements = json.elements else { return json }
        return JSONValue(.list(try elements.map { try mappingPinned(in: $0, change) }), at: json.place)
    }
}
