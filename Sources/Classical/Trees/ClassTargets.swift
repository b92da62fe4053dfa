/// The class and the weight of each row, as the payload of keys.
protocol ClassTargets {
    /// The payload of a row.
    func payload(_ row: UInt32) -> UInt32
    /// The class and the weight of a payload.
    func target(_ payload: UInt32) -> (label: Int, weight: Double)
}

/// Classes of rows whose weight is a small number times a weight of the class. Both fit into the payload.
final class CountedClasses: ClassTargets {
    private let packed: UnsafeMutablePointer<UInt32>
    private let classWeights: UnsafeMutablePointer<Double>

    /// `counts` and `labels` must be below 65536.
    init(_ labels: [Int], counts: UnsafePointer<UInt32>?, classWeights: [Double]) {
        packed = .allocate(capacity: labels.count)
        for (row, label) in labels.enumerated() { packed[row] = UInt32(label) << 16 | (counts?[row] ?? 1) }
        self.classWeights = .allocate(capacity: classWeights.count)
        for (label, weight) in classWeights.enumerated() { self.classWeights[label] = weight }
    }

    deinit {
        packed.deallocate()
        classWeights.deallocate()
    }

    @inline(__always)
    func payload(_ row: UInt32) -> UInt32 { packed[Int(row)] }

    @inline(__always)
    func target(_ payload: UInt32) -> (label: Int, weight: Double) {
        let label = Int(payload >> 16)
        return (label, Double(Int32(bitPattern: payload & 0xffff)) * classWeights[label])
    }
}

/// Classes of rows with any weights; the payload is the row.
final class WeightedClasses: ClassTargets {
    private let targets: UnsafeMutablePointer<(label: Int, weight: Double)>

    init(_ labels: [Int], weights: [Double]) {
        targets = .allocate(capacity: labels.count)
        for (row, label) in labels.enumerated() { targets[row] = (label, weights[row]) }
    }

    deinit { targets.deallocate() }

    @inline(__always)
    func payload(_ row: UInt32) -> UInt32 { row }

    @inline(__always)
    func target(_ payload: UInt32) -> (label: Int, weight: Double) { targets[Int(payload)] }
}
