import Configuration

/// A value in which config documents differ.
public struct ConfigDifference: Sendable, Equatable {
    /// The path of the value. If lists differ in length, whole elements are compared; their index is that in the first document
    /// that has the element.
    public var path: String
    /// The value in each document; nil if the document has none.
    public var values: [JSONValue?]

    /// Returns the differences among documents, in document order.
    public static func all(among documents: [JSONValue]) -> [ConfigDifference] {
        differences(documents.map { $0 }, at: JSONPath())
    }

    private static func differences(_ values: [JSONValue?], at path: JSONPath) -> [ConfigDifference] {
        guard let first = values.first, values.contains(where: { $0 != first }) else { return [] }
        let members = values.compactMap { $0?.members }
        if members.count == values.count, Set(values.map { $0?["type"]?.text }).count == 1 {
            var keys: [String] = []
            for key in members.joined().map(\.key) where !keys.contains(key) { keys.append(key) }
            return keys.flatMap { key in
                differences(values.map { $0?[key] }, at: path.appending(.key(key)))
            }
        }
        let lists = values.compactMap { $0?.elements }
        guard lists.count == values.count else {
            return [ConfigDifference(path: "\(path)", values: values)]
        }
        if Set(lists.map(\.count)).count == 1 {
            return lists[0].indices.flatMap { index in
                differences(lists.map { $0[index] }, at: path.appending(.index(index)))
            }
        }
        return aligned(lists).flatMap { slot in
            slot.values.contains { $0 != slot.values[0] }
                ? [ConfigDifference(path: "\(path.appending(.index(slot.index)))", values: slot.values)] : []
        }
    }

    /// Aligns lists of different lengths: each slot holds the equal elements of all lists.
    private static func aligned(_ lists: [[JSONValue]]) -> [(index: Int, values: [JSONValue?])] {
        var slots: [(index: Int, values: [JSONValue?])] = []
        for (number, list) in lists.enumerated() {
            let known = slots.map { slot in slot.values.compactMap { $0 }.first }
            let empty = [JSONValue?](repeating: nil, count: lists.count)
            var next: [(index: Int, values: [JSONValue?])] = []
            var (row, column) = (0, 0)
            for step in commonSubsequence(known, list) + [(known.count, list.count)] {
                next += slots[row..<step.0]
                for index in column..<step.1 {
                    var values = empty
                    values[number] = list[index]
                    next.append((index, values))
                }
                (row, column) = (step.0 + 1, step.1 + 1)
                guard step.0 < known.count else { break }
                var slot = slots[step.0]
                slot.values[number] = list[step.1]
                next.append(slot)
            }
            slots = next
        }
        return slots
    }

    /// Returns the longest common subsequence of two lists, as pairs of indices. Lists that are too long to search have none.
    private static func commonSubsequence(_ first: [JSONValue?], _ second: [JSONValue]) -> [(Int, Int)] {
        guard first.count < 2000, second.count < 2000 else { return [] }
        // lengths[i][j]: the length for the suffixes that start at i and j.
        var lengths = Array(
            repeating: Array(repeating: 0, count: second.count + 1), count: first.count + 1)
        for i in first.indices.reversed() {
            for j in second.indices.reversed() {
                lengths[i][j] =
                    first[i] == second[j]
                    ? lengths[i + 1][j + 1] + 1 : max(lengths[i + 1][j], lengths[i][j + 1])
            }
        }
        var (i, j) = (0, 0)
        var pairs: [(Int, Int)] = []
        while i < first.count, j < second.count {
            if first[i] == second[j] {
                pairs.append((i, j))
                (i, j) = (i + 1, j + 1)
            } else if lengths[i + 1][j] >= lengths[i][j + 1] {
                i += 1
            } else {
                j += 1
            }
        }
        return pairs
    }
}
