import CKernels

/// The gradients computed by one backward pass, indexed by parameter.
public struct Gradients: Sendable {
    private var byLeaf: [UInt64: Tensor] = [:]

    init() {}

    /// Returns the gradient of a parameter, or nil if the result does not depend on it.
    public subscript(parameter: Parameter) -> Tensor? {
        get { byLeaf[parameter.leaf.id] }
        set { byLeaf[parameter.leaf.id] = newValue }
    }

    /// The number of parameters that have a gradient.
    public var count: Int { byLeaf.count }

    /// Adds the gradients of another backward pass, to accumulate gradients over several batches.
    public mutating func add(_ other: Gradients) {
        for (leaf, gradient) in other.byLeaf { add(gradient, leaf: leaf) }
    }

    mutating func add(_ gradient: Tensor, leaf: UInt64) {
        let old = byLeaf.updateValue(gradient, forKey: leaf)
        if let old { byLeaf[leaf] = sum(old, gradient) }
    }
}

extension Tensor {
    /// Runs the backward pass: computes the gradients of this tensor with respect to every parameter in its graph.
    ///
    /// The graph is freed during the pass unless `retainGraph` is true. A graph must be used by one thread at a
    /// time. Different graphs can be used by different threads, even if they share parameters.
    ///
    /// - Parameters:
    ///   - cotangent: The gradient with respect to this tensor's elements, in the tensor's shape. Required unless the
    ///     tensor has a single element; the default is then 1.
    ///   - retainGraph: Whether to keep the graph for another backward pass.
    public func backward(_ cotangent: Tensor? = nil, retainGraph: Bool = false) -> Gradients {
        guard let cotangent else {
            require(
                count == 1,
                "backward: a tensor of shape \(shape) needs a cotangent of the same shape; only a single "
                    + "element has the default of 1")
            return Autograd.backward([(self, Tensor(shape: shape) { $0[0] = 1 })], retainGraph: retainGraph)
        }
        return Autograd.backward([(self, cotangent)], retainGraph: retainGraph)
    }
}

/// Computes the gradients of the sum of `output * cotangent` over several outputs.
///
/// Nodes are visited in descending order of their ids, so every consumer of a node is visited before it. Each node
/// is freed after use.
public func backward(_ outputs: [(output: Tensor, cotangent: Tensor)], retainGraph: Bool = false) -> Gradients
{
    var pass = BackwardPass(retainGraph: retainGraph, floor: 0)
    for (output, cotangent) in outputs {
        guard let node = output.node else {
            fail(
                """
                backward: the tensor has no history. It was not computed from a parameter's `tensor` while \
                recording was on. (Gradients have no history either: gradients of gradients are not supported.)
                """)
        }
        require(
            cotangent.shape == output.shape,
            "backward: a cotangent of shape \(cotangent.shape) for a tensor of shape \(output.shape)")
        pass.add(cotangent.detached, to: node, output: output.output)
    }
    return withoutRecording { pass.run() }
}

/// One traversal of a graph.
struct BackwardPass {
    private struct Pending {
        let node: Node
        var first: Tensor?
        /// Cotangents of the outputs after the first one.
        var rest: [Tensor?]
    }

    private let retainGraph: Bool
    private var pending: [UInt64: Pending] = [:]
    private var heap = IDHeap()
    private var gradients = Gradients()
    private let floor: UInt64
    /// Cotangents that arrived at nodes with ids of at most `floor`, which this traversal does not visit.
    private(set) var below: [(node: Node, output: Int, cotangent: Tensor)] = []

    init(retainGraph: Bool, floor: UInt64) {
        self.retainGraph = retainGraph
        self.floor = floor
    }

    mutating func add(_ cotangent: Tensor, to node: Node, output: Int) {
        if node.id <= floor && !node.isLeaf { return below.append((node, output, cotangent)) }
        guard var entry = pending.removeValue(forKey: node.id) else {
            let extra = node.outputShapes.count - 1
            var entry = Pending(node: node, first: nil, rest: Array(repeating: nil, count: extra))
            if output == 0 { entry.first = cotangent } else { entry.rest[output - 1] = cotangent }
            pending[node.id] = entry
            heap.push(node.id)
            return
        }
        if output == 0 {
            entry.first = entry.first.take().map { sum($0, cotangent) } ?? cotangent
        } else {
            entry.rest[output - 1] = entry.rest[output - 1].take().map { sum($0, cotangent) } ?? cotangent
        }
        pending[node.id] = entry
    }

    mutating func run() -> Gradients {
        while let id = heap.pop() {
            guard let entry = pending.removeValue(forKey: id) else { continue }
            if entry.node.isLeaf {
                if let gradient = entry.first { gradients.add(gradient, leaf: id) }
            } else {
                pull(entry)
            }
        }
        return gradients
    }

    private mutating func pull(_ entry: Pending) {
        let node = entry.node
        let (inputs, rule) = node.take(keeping: retainGraph)
        let found: [Tensor?]
        switch rule {
        case .single(let gradient):
            guard let cotangent = entry.first else { return }
            found = gradient(cotangent, Wanted(inputs))
        case .multiple(let gradient):
            found = gradient([entry.first] + entry.rest, Wanted(inputs))
        case .replay(let replay):
            let replayed = replay([entry.first] + entry.rest)
            found = replayed.inputs
            gradients.add(replayed.parameters)
            for (node, output, cotangent) in replayed.captured { add(cotangent, to: node, output: output) }
        }
        require(
            found.count == inputs.count,
            "\(node.operation): its gradient rule returned \(found.count) gradients for \(inputs.count) inputs"
        )
        for (index, edge) in inputs.enumerated() {
            guard let target = edge.node, let gradient = found[index] else { continue }
            let expected = target.outputShapes[edge.output]
            require(
                gradient.shape == expected,
                "\(node.operation): its gradient rule returned shape \(gradient.shape) for input \(index) of shape "
                    + "\(expected)")
            add(gradient, to: target, output: edge.output)
        }
    }
}

/// Returns the sum of two tensors of the same shape, computed in place if the first tensor's storage is not shared.
private func sum(_ a: consuming Tensor, _ b: Tensor) -> Tensor {
    var total = a
    let n = total.count
    total.modify { total in
        b.withElements { b in
            Parallel.elements(n) { range in
                ck_add_to(b + range.lowerBound, total + range.lowerBound, range.count)
            }
        }
    }
    return total
}

/// A binary heap of node ids, largest first.
private struct IDHeap {
    private var ids: [UInt64] = []

    mutating func push(_ id: UInt64) {
        var at = ids.count
        ids.append(id)
        while at > 0, ids[(at - 1) / 2] < id {
            ids[at] = ids[(at - 1) / 2]
            at = (at - 1) / 2
        }
        ids[at] = id
    }

    mutating func pop() -> UInt64? {
        guard let top = ids.first else { return nil }
        let last = ids.removeLast()
        guard !ids.isEmpty else { return top }
        var at = 0
        while true {
            var child = 2 * at + 1
            guard child < ids.count else { break }
            if child + 1 < ids.count, ids[child + 1] > ids[child] { child += 1 }
            guard ids[child] > last else { break }
            ids[at] = ids[child]
            at = child
        }
        ids[at] = last
        return top
    }
}
