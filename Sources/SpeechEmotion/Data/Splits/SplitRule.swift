import Autograd

/// How clips are assigned to subsets: at random, stratified by class, or in whole groups such as speakers.
enum SplitRule {
    case plain
    case stratified
    /// Whole groups of clips that share a value of the column `by`, balanced by the columns `balance` as well as
    /// possible.
    case grouped(by: String, balance: [String])

    /// Draws some of the clips at `indices`. Throws if nothing would be drawn, or left.
    func take(
        _ amount: Amount, from indices: [Int], of corpus: Corpus, _ subset: Split.Subset,
        _ generator: RandomGenerator
    ) throws(InputError) -> [Int] {
        if amount == .none { return [] }
        switch self {
        case .plain:
            let count = try checked(amount, of: indices.count, "clip", subset)
            return generator.permutation(indices.count).prefix(count).map { indices[$0] }.sorted()
        case .stratified:
            let count = try checked(amount, of: indices.count, "clip", subset)
            return try Self.stratified(count, indices, corpus, subset, generator)
        case .grouped(let by, let balance):
            let groups = try ClipGroups(indices, of: corpus, by: by, balance: balance)
            return try groups.take(amount, subset, generator)
        }
    }

    /// Assigns each of the clips at `indices` to one of the folds. Without a generator, nothing is shuffled.
    func folds(
        _ count: Int, of indices: [Int], in corpus: Corpus, _ generator: RandomGenerator?
    ) throws(InputError) -> [[Int]] {
        switch self {
        case .plain:
            guard indices.count >= count else {
                throw InputError(
                    "\(count) folds", found: counted(indices.count, "clip"), allowed: "a clip for each fold")
            }
            let order = generator?.permutation(indices.count) ?? Array(indices.indices)
            var start = 0
            return (0..<count).map { fold in
                let size = indices.count / count + (fold < indices.count % count ? 1 : 0)
                defer { start += size }
                return order[start..<start + size].map { indices[$0] }.sorted()
            }
        case .stratified: return try Self.stratifiedFolds(count, indices, corpus, generator)
        case .grouped(let by, let balance):
            return try ClipGroups(indices, of: corpus, by: by, balance: balance).folds(count, generator)
        }
    }

    private func checked(
        _ amount: Amount, of total: Int, _ noun: String, _ subset: Split.Subset
    ) throws(InputError) -> Int {
        let count = amount.count(of: total)
        guard count >= 1, count < total else {
            throw InputError(
                "\(subset.word) set", found: "\(counted(count, noun)) out of \(total)",
                allowed: "at least one, and one left for training")
        }
        return count
    }
}

// MARK: - Stratification

extension SplitRule {
    /// The sizes per class are those of scikit-learn's `StratifiedShuffleSplit`: the most likely counts of each class
    /// remain, and ties are broken at random.
    private static func stratified(
        _ count: Int, _ indices: [Int], _ corpus: Corpus, _ subset: Split.Subset, _ generator: RandomGenerator
    ) throws(InputError) -> [Int] {
        let classes = members(indices, corpus)
        if let lonely = classes.first(where: { $0.members.count < 2 }) {
            throw InputError(
                "stratified \(subset.word) set", found: "one clip of the class \"\(lonely.label)\"",
                allowed: "at least two of each; merge or drop the class, or split at random")
        }
        guard count >= classes.count, indices.count - count >= classes.count else {
            throw InputError(
                "stratified \(subset.word) set",
                found: "\(counted(count, "clip")) out of \(indices.count) for \(classes.count) classes",
                allowed: "at least one clip of each class in both subsets")
        }
        let counts = classes.map(\.members.count)
        let left = likeliestCounts(counts, drawing: indices.count - count, generator.split("ties"))
        var taken: [Int] = []
        for (index, group) in classes.enumerated() {
            let order = generator.split(group.label).permutation(counts[index])
            taken += order.dropFirst(left[index]).map { group.members[$0] }
        }
        return taken.sorted()
    }

    /// The sizes per fold and class are those of scikit-learn's `StratifiedKFold`: the sorted labels are assigned in
    /// turn, with classes in order of occurrence.
    private static func stratifiedFolds(
        _ count: Int, _ indices: [Int], _ corpus: Corpus, _ generator: RandomGenerator?
    ) throws(InputError) -> [[Int]] {
        let classes = members(indices, corpus)
        guard let most = classes.map(\.members.count).max(), most >= count else {
            throw InputError(
                "\(count) stratified folds",
                found: "at most \(counted(classes.map(\.members.count).max() ?? 0, "clip")) of a class",
                allowed: "no more folds than clips of the largest class")
        }
        var folds = [[Int]](repeating: [], count: count)
        var position = 0
        for group in classes {
            var shares = [Int](repeating: 0, count: count)
            for _ in group.members {
                shares[position % count] += 1
                position += 1
            }
            let order = generator?.split(group.label).permutation(group.members.count)
            var next = 0
            for fold in 0..<count {
                for _ in 0..<shares[fold] {
                    folds[fold].append(group.members[order?[next] ?? next])
                    next += 1
                }
            }
        }
        return folds.map { $0.sorted() }
    }

    /// The clips of each class, with classes in order of first occurrence.
    private static func members(_ indices: [Int], _ corpus: Corpus) -> [(label: String, members: [Int])] {
        var classes: [(label: String, members: [Int])] = []
        var places: [String: Int] = [:]
        for index in indices {
            let label = corpus.clips[index].label
            if let place = places[label] {
                classes[place].members.append(index)
            } else {
                places[label] = classes.count
                classes.append((label, [index]))
            }
        }
        return classes
    }

    /// The most likely counts of each class in a sample of `drawn` members: the expectations rounded down, and one more
    /// for the largest remainders. Ties are broken by the generator.
    static func likeliestCounts(_ counts: [Int], drawing drawn: Int, _ generator: RandomGenerator) -> [Int] {
        let total = Double(counts.reduce(0, +))
        let expected = counts.map { Double($0) / total * Double(drawn) }
        var result = expected.map { Int($0.rounded(.down)) }
        let rests = zip(expected, result).map { $0 - Double($1) }
        var missing = drawn - result.reduce(0, +)
        for rest in Set(rests).sorted(by: >) where missing > 0 {
            let equal = rests.indices.filter { rests[$0] == rest }
            for place in generator.permutation(equal.count).prefix(missing) { result[equal[place]] += 1 }
            missing -= min(missing, equal.count)
        }
        return result
    }
}
