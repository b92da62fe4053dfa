extension Tensor {
    /// The names of the operations that this tensor was computed with, as far as its history reaches.
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
