extension Tensor {
    /// The names of the operations in this tensor's graph.
    package var operations: Set<String> {
        var names: Set<String> = []
        var seen: Set<UInt64> = []
        var waiting = [node].compactMap { $0 }
        while let node = waiting.popLast() {
            guard seen.insert(node.id).inserted, !node.isLeaf else { continue }
            names.insert("\(node.operation)")
            waiting += node.inputs.compactMap(\.node)
        }
        return names
    }
}
