import Autograd

/// Shuffles labels as they could have been if they had nothing to do with what is known of the clips.
struct LabelShuffling {
    private let labels: [Int]
    /// The places of each group's clips; one group where groups are not known.
    private let members: [[Int]]

    /// How often labels are shuffled, at most.
    static let draws = 999
    /// How many times at once.
    static let batch = 111
    /// How many shuffled labels have to do as well as the real ones for the rest to be of no interest.
    static let enough = 10

    init(_ labels: [Int], groups: [Int]?) {
        self.labels = labels
        var members = [[Int]](repeating: [], count: (groups?.max() ?? 0) + 1)
        for place in labels.indices { members[groups?[place] ?? 0].append(place) }
        self.members = members.filter { !$0.isEmpty }
    }

    /// The labels of a draw, the same every time: each group gets those of a random group in random order, as many as it needs.
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
