/// A list of the nearest rows found so far, in ascending order of distance and then of index, in shared arrays.
struct NeighborList {
    private let indices: UnsafeMutablePointer<Int32>
    private let distances: UnsafeMutablePointer<Double>
    private let capacity: Int
    private(set) var count = 0

    init(
        indices: UnsafeMutablePointer<Int32>, distances: UnsafeMutablePointer<Double>, capacity: Int
    ) {
        (self.indices, self.distances, self.capacity) = (indices, distances, capacity)
    }

    /// Inserts a row that is not yet in the list. Returns whether it is among the nearest.
    @inline(__always) @discardableResult
    mutating func insert(_ row: Int, _ distance: Double) -> Bool {
        if count == capacity {
            guard capacity > 0 else { return false }
            let last = distances[count - 1]
            guard distance < last || distance == last && row < Int(indices[count - 1]) else { return false }
        } else {
            count += 1
        }
        var place = count - 1
        while place > 0 {
            let before = distances[place - 1]
            guard distance < before || distance == before && row < Int(indices[place - 1]) else { break }
            distances[place] = before
            indices[place] = indices[place - 1]
            place -= 1
        }
        distances[place] = distance
        indices[place] = Int32(truncatingIfNeeded: row)
        return true
    }

    /// Converts the distances at the end.
    func finish(_ convert: (Double) -> Double) {
        for at in 0..<count { distances[at] = convert(distances[at]) }
    }
}
