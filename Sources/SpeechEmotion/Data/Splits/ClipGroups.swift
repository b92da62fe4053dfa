import Autograd

/// Groups of clips that stay together, such as those of a speaker.
struct ClipGroups {
    private struct Group {
        let name: String
        var members: [Int] = []
        /// The number of members with each of the balanced values.
        var counts: [Int] = []
    }

    private var groups: [Group] = []
    /// The number of clips with each of the balanced values.
    private var totals: [Int] = []
    private let column: String
    private let clipCount: Int

    /// Groups the clips at `indices` by a column. Throws if a clip has no value in it.
    init(_ indices: [Int], of corpus: Corpus, by column: String, balance: [String]) throws(InputError) {
        self.column = column
        clipCount = indices.count
        let strangers = indices.filter { corpus.clips[$0].value(of: column) == nil }
        if let first = strangers.first {
            throw InputError(
                "split by \(column)",
                found: "\(counted(strangers.count, "clip")) without one, such as \(corpus.clips[first].id)",
                allowed: "a \(column) for every clip; the columns are \(corpus.columns.listed(20))")
        }
        var kinds: [[String]: Int] = [:]
        var places: [String: Int] = [:]
        var values: [[Int]] = []
        for index in indices {
            let clip = corpus.clips[index]
            values.append(
                balance.compactMap { name -> Int? in
                    guard let value = clip.value(of: name) else { return nil }
                    let next = kinds.count
                    return kinds[[name, value], default: next, storing: true]
                })
        }
        totals = [Int](repeating: 0, count: kinds.count)
        for (row, index) in indices.enumerated() {
            let name = corpus.clips[index].value(of: column) ?? ""
            if places[name] == nil {
                places[name] = groups.count
                groups.append(Group(name: name, counts: totals.map { _ in 0 }))
            }
            guard let place = places[name] else { continue }
            groups[place].members.append(index)
            for value in values[row] {
                groups[place].counts[value] += 1
                totals[value] += 1
            }
        }
        // By name, so that the order of the clips makes no difference.
        groups.sort { $0.name.precedes($1.name) }
    }

    /// The clips of each group, sorted by name.
    var members: [(name: String, members: [Int])] { groups.map { ($0.name, $0.members) } }

    private static let trials = 300

    /// Draws whole groups with about this fraction of the clips, or exactly this number of groups. Of many random
    /// choices, it returns the first that is among the best tenth in the balance of values: well balanced, and
    /// different for another seed.
    func take(
        _ amount: Amount, _ subset: Split.Subset, _ generator: RandomGenerator
    ) throws(InputError) -> [Int] {
        if case .count(let count) = amount, count < 1 || count >= groups.count {
            throw InputError(
                "\(subset.word) set by \(column)", found: "\(count) of \(groups.count)",
                allowed: "at least one, and one left for training")
        }
        guard groups.count >= 2 else {
            throw InputError(
                "\(subset.word) set by \(column)", found: "only one \(column)", allowed: "at least two")
        }
        let choices = (0..<Self.trials).map { _ in
            let order = generator.permutation(groups.count)
            let chosen = Array(order.prefix(size(amount, order))).sorted()
            return (cost: cost(chosen, amount), chosen: chosen)
        }
        let limit = choices.map(\.cost).sorted()[Self.trials / 10]
        let chosen = choices.first { $0.cost <= limit }?.chosen ?? []
        return chosen.flatMap { groups[$0].members }.sorted()
    }

    /// The number of groups of an order that come closest to the amount; at least one, and one is left.
    private func size(_ amount: Amount, _ order: [Int]) -> Int {
        switch amount {
        case .count(let count): return count
        case .share(let share):
            let wanted = share * Double(clipCount)
            var sum = 0.0
            for (taken, group) in order.enumerated() {
                let next = sum + Double(groups[group].members.count)
                if taken > 0, abs(next - wanted) >= abs(sum - wanted) { return taken }
                if taken == order.count - 1 { return taken }
                sum = next
            }
            return order.count - 1
        }
    }

    /// The deviation of the chosen groups from the amount, over all clips and each balanced value.
    private func cost(_ chosen: [Int], _ amount: Amount) -> Double {
        var counts = [Int](repeating: 0, count: totals.count)
        var size = 0
        for group in chosen {
            size += groups[group].members.count
            for (value, count) in groups[group].counts.enumerated() { counts[value] += count }
        }
        let whole = Double(size) / Double(clipCount)
        let share: Double
        switch amount {
        case .share(let wanted): share = wanted
        case .count(let count): share = Double(count) / Double(groups.count)
        }
        var sum = (whole - share) * (whole - share)
        for (count, total) in zip(counts, totals) where total > 0 {
            let distance = Double(count) / Double(total) - share
            sum += distance * distance / Double(totals.count)
        }
        return sum
    }

    /// Assigns whole groups to folds: those with the most uneven values first, each to the fold in which the balanced
    /// values then differ least between folds, and of equal ones to the smallest. Without values to balance, the
    /// largest groups come first, each to the smallest fold.
    func folds(_ count: Int, _ generator: RandomGenerator?) throws(InputError) -> [[Int]] {
        guard groups.count >= count else {
            let number = groups.count
            throw InputError(
                "\(count) folds by \(column)", found: "\(number) \(number == 1 ? "value" : "values") of it",
                allowed: number < 2
                    ? "at least 2; split by another column"
                    : "at least \(count), or \"folds\": \(number) or fewer")
        }
        let order = generator?.permutation(groups.count) ?? Array(groups.indices)
        let keys = order.map { group in
            totals.isEmpty
                ? Double(groups[group].members.count) : Self.deviation(groups[group].counts.map(Double.init))
        }
        let sorted = order.indices.sorted { keys[$0] == keys[$1] ? $0 < $1 : keys[$0] > keys[$1] }
        var folds = [[Int]](repeating: [], count: count)
        var counts = [[Int]](repeating: totals.map { _ in 0 }, count: count)
        for place in sorted {
            let group = groups[order[place]]
            var best: (fold: Int, cost: Double)?
            for fold in 0..<count {
                let cost = spread(counts, adding: group.counts, to: fold)
                guard let old = best else {
                    best = (fold, cost)
                    continue
                }
                let isEqual = abs(cost - old.cost) <= 1e-9 + 1e-6 * abs(old.cost)
                if isEqual ? folds[fold].count < folds[old.fold].count : cost < old.cost {
                    best = (fold, cost)
                }
            }
            let fold = best?.fold ?? 0
            folds[fold] += group.members
            for (value, number) in group.counts.enumerated() { counts[fold][value] += number }
        }
        return folds.map { $0.sorted() }
    }

    /// The mean deviation of the balanced values between the folds.
    private func spread(_ counts: [[Int]], adding group: [Int], to target: Int) -> Double {
        guard !totals.isEmpty else { return 0 }
        var sum = 0.0
        for (value, total) in totals.enumerated() where total > 0 {
            sum += Self.deviation(
                counts.indices.map { fold in
                    Double(counts[fold][value] + (fold == target ? group[value] : 0)) / Double(total)
                })
        }
        return sum / Double(totals.count)
    }

    private static func deviation(_ numbers: [Double]) -> Double {
        let mean = numbers.reduce(0, +) / Double(numbers.count)
        return (numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(numbers.count)).squareRoot()
    }
}

extension Dictionary {
    /// The value of a key; a new key gets the default.
    fileprivate subscript(key: Key, default value: Value, storing storing: Bool) -> Value {
        mutating get {
            if let old = self[key] { return old }
            if storing { self[key] = value }
            return value
        }
    }
}
