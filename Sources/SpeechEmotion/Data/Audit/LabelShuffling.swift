import Autograd

/// Permutes labels within and between groups, under the null hypothesis that they are unrelated to the clips'
/// properties.
struct LabelShuffling {
    private let labels: [Int]
    /// The indices of each group's clips; one group if groups are unknown.
    private let members: [[Int]]

    /// The maximum number of permutations.
    static let draws = 999
    /// The number of permutations per batch.
    static let batch = 111
    /// The number of permutations as good as the real labels after which the test stops.
    static let enough = 10

    init(_ labels: [Int], groups: [Int]?) {
        self.labels = labels
        var members = [[Int]](repeating: [], count: (groups?.max() ?? 0) + 1)
        for place in labels.indices { members[groups?[place] ?? 0].append(place) }
        self.members = members.filter { !$0.isEmpty }
    }

    /// Returns the labels of a permutation, reproducibly: each group gets those of a random group in random order, as
    /// many as it needs.
    func labels(_ draw: Int) -> [Int] {
        let generator = RandomGenerator(seed: 0).split("shuffled labels \(draw)")
        var result = labels
        for (group, donor) in generator.permutation(members.count).enumerated() {
            let order = generator.permutation(members[donor].count)
            for (index, place) in members[group].enumerated() {
                result[place] = labels[members[donor][order[index % order.count]]]
            }
        }
        return result
    }
}
