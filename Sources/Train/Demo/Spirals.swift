import Autograd
import Glibc

/// Points along two spirals, one turned by half a circle against the other.
struct Spirals {
    /// [points, 2], within -1...1.
    let points: Tensor
    /// The arm that each point belongs to, 0 or 1.
    let labels: Indices

    init(pointsPerArm: Int, _ generator: RandomGenerator) {
        let count = 2 * pointsPerArm
        var numbers: [Real] = []
        for i in 0..<count {
            let along = (Double(i / 2) + generator.uniform()) / Double(pointsPerArm)
            let angle = along * 5.5 * .pi + (i % 2 == 0 ? 0 : .pi)
            let radius = 0.05 + 0.9 * along
            numbers.append(Real(radius * cos(angle) + 0.02 * (generator.uniform() - 0.5)))
            numbers.append(Real(radius * sin(angle) + 0.02 * (generator.uniform() - 0.5)))
        }
        points = Tensor(numbers, shape: [count, 2])
        labels = Indices((0..<count).map { $0 % 2 })
    }

    /// A drawing of the plane: the points, and a shade where `isSecondArm` says so of the middle of a character.
    /// `isSecondArm` gets the middles as [characters, 2] and returns one answer each.
    func drawing(columns: Int, rows: Int, isSecondArm: (Tensor) -> [Bool]) -> String {
        var middles: [Real] = []
        for row in 0..<rows {
            for column in 0..<columns {
                middles.append((Real(column) + 0.5) / Real(columns) * 2 - 1)
                middles.append(1 - (Real(row) + 0.5) / Real(rows) * 2)
            }
        }
        let answers = isSecondArm(Tensor(middles, shape: [rows * columns, 2]))
        var characters = answers.map { $0 ? Character("▒") : " " }
        let places = points.array
        for (point, arm) in labels.values.enumerated() {
            let column = Int((places[2 * point] + 1) / 2 * Real(columns))
            let row = Int((1 - places[2 * point + 1]) / 2 * Real(rows))
            guard (0..<columns).contains(column), (0..<rows).contains(row) else { continue }
            characters[row * columns + column] = arm == 0 ? "+" : "o"
        }
        return (0..<rows).map { String(characters[$0 * columns..<($0 + 1) * columns]) }.joined(
            separator: "\n")
    }
}
