import Autograd

extension TreeEnsemble {
    /// Returns exact Shapley values: of `baseline` plus `scale` times the sum of the trees.
    func shapValues(_ x: Matrix, scale: Double, baseline: [Double]) -> ShapValues {
        precondition(x.columns == features, "expected \(features) features, found \(x.columns)")
        let width = features * outputs
        let depth = depth
        var values = Array(repeating: 0.0, count: x.rows * width)
        values.withUnsafeMutableBufferPointer { values in
            guard let values = values.baseAddress else { return }
            Parallel.elements(x.rows, grain: 1) { rows in
                let walk = ShapWalk(depth: depth, features: features)
                for row in rows {
                    let target = values + row * width
                    let input = x[row: row].map { Float($0) }
                    for tree in 0..<trees {
                        walk.add(self, tree, input, target)
                    }
                    for i in 0..<width { target[i] *= scale }
                }
            }
        }
        let expected = zip(baseline, expectedSums).map { $0 + scale * $1 }
        return ShapValues(
            rows: x.rows, features: features, outputs: outputs, values: values, expectedValues: expected)
    }

    /// The largest number of nodes between a root and a leaf.
    var depth: Int {
        var depths = Array(repeating: 0, count: nodes.count)
        var largest = 0
        for i in nodes.indices where !nodes[i].isLeaf {
            depths[i + 1] = depths[i] + 1
            depths[Int(nodes[i].right)] = depths[i] + 1
            largest = max(largest, depths[i] + 1)
        }
        return largest
    }

    /// The sum over the trees of the mean leaf value, weighted by cover, for each output.
    private var expectedSums: [Double] {
        var sums = Array(repeating: 0.0, count: outputs)
        var means = Array(repeating: 0.0, count: nodes.count)
        for i in 0..<leafWidth {
            for index in nodes.indices.reversed() {
                let node = nodes[index]
                if node.isLeaf {
                    means[index] = leafValues[Int(node.leaf) * leafWidth + i]
                } else {
                    let share = share(index + 1, of: index)
                    means[index] = share * means[index + 1] + (1 - share) * means[Int(node.right)]
                }
            }
            for tree in 0..<trees { sums[firstOutput(ofTree: tree) + i] += means[roots[tree]] }
        }
        return sums
    }

    /// The cover of a node divided by that of its parent; a half if the parent has none.
    func share(_ child: Int, of parent: Int) -> Double {
        let total = cover[parent]
        return total > 0 ? min(1, cover[child] / total) : 0.5
    }
}

/// The walk through a tree that computes the Shapley values of one row (Lundberg et al. 2020, algorithm 2).
///
/// Each level of the walk has its own copy of the path of distinct features above it.
private final class ShapWalk {
    /// A feature on the path: the fraction of the subsets that go this way without it and with it, and the weight of
    /// subsets with as many elements as its position.
    private struct Step {
        var feature: Int
        var zero: Double
        var one: Double
        var weight: Double
    }

    /// A node that is still to be visited. The path above it is stored at the level of its parent.
    private struct Visit {
        var node: Int
        var level: Int
        var length: Int
        var step: Step
    }

    private let paths: UnsafeMutablePointer<Step>
    private let capacity: Int
    private var stack: [Visit] = []

    init(depth: Int, features: Int) {
        capacity = min(depth, features) + 2
        paths = .allocate(capacity: (depth + 2) * capacity)
    }

    deinit { paths.deallocate() }

    /// Adds the Shapley values of a tree.
    func add(_ ensemble: TreeEnsemble, _ tree: Int, _ x: [Float], _ target: UnsafeMutablePointer<Double>) {
        let outputs = ensemble.outputs
        let output = ensemble.firstOutput(ofTree: tree)
        stack.append(
            Visit(
                node: ensemble.roots[tree], level: 1, length: 0,
                step: Step(feature: -1, zero: 1, one: 1, weight: 1)))
        while let visit = stack.popLast() {
            let path = paths + visit.level * capacity
            path.update(from: path - capacity, count: visit.length)
            extend(path, visit.length, visit.step)
            let node = ensemble.nodes[visit.node]
            if node.isLeaf {
                let values = Int(node.leaf) * ensemble.leafWidth
                for i in 1..<visit.length + 1 {
                    let factor = unwoundSum(path, visit.length, i) * (path[i].one - path[i].zero)
                    let sum = target + path[i].feature * outputs + output
                    for j in 0..<ensemble.leafWidth { sum[j] += factor * ensemble.leafValues[values + j] }
                }
                continue
            }
            let feature = Int(node.feature)
            var length = visit.length + 1
            var above = (zero: 1.0, one: 1.0)
            if let known = (1..<length).first(where: { path[$0].feature == feature }) {
                above = (path[known].zero, path[known].one)
                unwind(path, length - 1, known)
                length -= 1
            }
            let goesLeft = x[feature] <= node.threshold
            let leftShare = ensemble.share(visit.node + 1, of: visit.node)
            func push(_ child: Int, _ share: Double, _ isTaken: Bool) {
                let (zero, one) = (above.zero * share, isTaken ? above.one : 0)
                if zero == 0 && one == 0 { return }
                stack.append(
                    Visit(
                        node: child, level: visit.level + 1, length: length,
                        step: Step(feature: feature, zero: zero, one: one, weight: 0)))
            }
            push(Int(node.right), 1 - leftShare, !goesLeft)
            push(visit.node + 1, leftShare, goesLeft)
        }
    }

    /// Adds a step to a path with `length` steps.
    private func extend(_ path: UnsafeMutablePointer<Step>, _ length: Int, _ step: Step) {
        path[length] = step
        path[length].weight = length == 0 ? 1 : 0
        let total = Double(length + 1)
        for i in stride(from: length - 1, through: 0, by: -1) {
            path[i + 1].weight += step.one * path[i].weight * Double(i + 1) / total
            path[i].weight = step.zero * path[i].weight * Double(length - i) / total
        }
    }

    /// Removes a step from a path whose last index is `last`.
    private func unwind(_ path: UnsafeMutablePointer<Step>, _ last: Int, _ index: Int) {
        let (zero, one) = (path[index].zero, path[index].one)
        var next = path[last].weight
        let total = Double(last + 1)
        for i in stride(from: last - 1, through: 0, by: -1) {
            if one != 0 {
                let before = path[i].weight
                path[i].weight = next * total / (Double(i + 1) * one)
                next = before - path[i].weight * zero * Double(last - i) / total
            } else {
                path[i].weight = path[i].weight * total / (zero * Double(last - i))
            }
        }
        for i in index..<last {
            path[i].feature = path[i + 1].feature
            path[i].zero = path[i + 1].zero
            path[i].one = path[i + 1].one
        }
    }

    /// The sum of the weights of a path without one of its steps.
    private func unwoundSum(_ path: UnsafeMutablePointer<Step>, _ last: Int, _ index: Int) -> Double {
        let (zero, one) = (path[index].zero, path[index].one)
        var next = path[last].weight
        var sum = 0.0
        if one != 0 {
            for i in stride(from: last - 1, through: 0, by: -1) {
                let part = next / (Double(i + 1) * one)
                sum += part
                next = path[i].weight - part * zero * Double(last - i)
            }
        } else {
            for i in 0..<last { sum += path[i].weight / (zero * Double(last - i)) }
        }
        return sum * Double(last + 1)
    }
}
