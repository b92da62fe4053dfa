extension JSONValue {
    /// Merges this document over a parent: objects are merged key by key, and all other values are replaced. Two
    /// objects with different "type" are not merged, because their keys differ. Every value keeps its source
    /// location.
    public func merged(over parent: JSONValue) -> JSONValue {
        guard case .object(let mine) = content, case .object(var members) = parent.content else {
            return self
        }
        if let a = self["type"], let b = parent["type"], a != b { return self }
        var indices = Dictionary(
            members.indices.map { (members[$0].key, $0) }, uniquingKeysWith: { first, _ in first })
        for member in mine {
            if let index = indices[member.key] {
                let value = member.value.merged(over: members[index].value)
                members[index] = JSONMember(member.key, value, at: member.place)
            } else {
                indices[member.key] = members.count
                members.append(member)
            }
        }
        return JSONValue(.object(members), at: place)
    }
}
