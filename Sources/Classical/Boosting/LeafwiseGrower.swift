import Autograd

/// Grows trees one after another: the leaf with the largest gain is split first.
final class LeafwiseGrower {
    private let bins: FeatureBins
    private let parameters: BoostingParameters
    private let search: HistogramSearch
    private let rows: UnsafeMutablePointer<UInt32>
    private let rowBuffer: UnsafeMutablePointer<UInt32>
    private let packed: UnsafeMutablePointer<Int64>
    private let packedBuffer: UnsafeMutablePointer<Int64>
    private var histograms: [UnsafeMutablePointer<Int64>] = []
    private let found: UnsafeMutablePointer<HistogramSplit>
    private var allowed: [Bool] = []
    private var tree = GrowingTree(leaves: 1)
    private var splitBins: [Int] = []
    private var gains: [Double] = []

    /// A leaf of the tree that is being grown; its histogram is needed until it is split.
    private struct Leaf {
        var node: Int
        var rows: Range<Int>
        var depth: Int
        var sums: Int64
        var histogram = -1
        var best = HistogramSplit()
    }

    init(_ bins: FeatureBins, _ parameters: BoostingParameters) {
        (self.bins, self.parameters) = (bins, parameters)
        search = HistogramSearch(parameters)
        rows = .allocate(capacity: bins.rows)
        rowBuffer = .allocate(capacity: bins.rows)
        packed = .allocate(capacity: bins.rows)
        packedBuffer = .allocate(capacity: bins.rows)
        found = .allocate(capacity: 2 * bins.features)
    }

    deinit {
        rows.deallocate()
        rowBuffer.deallocate()
        packed.deallocate()
        packedBuffer.deallocate()
        found.deallocate()
        for histogram in histograms { histogram.deallocate() }
    }

    /// Grows a tree on the chosen rows and features, and adds its values to the scores of all rows. The importances of
    /// the result are gains.
    func grow(
        _ first: UnsafePointer<Float>, _ second: UnsafePointer<Float>, rows bag: [UInt32], features: [Bool],
        scores: UnsafeMutablePointer<Double>
    ) -> GrownTree {
        for (i, row) in bag.enumerated() { rows[i] = row }
        allowed = features
        tree = GrowingTree(leaves: min(parameters.numLeaves, bag.count))
        splitBins = [0]
        gains = Array(repeating: 0, count: bins.features)
        let units = PackedDerivatives(first, second, rows, bag.count, into: packed)
        let leaves = growLeaves(bag.count, units)
        var values = Array(repeating: 0.0, count: tree.nodes.count)
        for leaf in leaves where leaves.count > 1 {
            let value = value(leaf, first, second)
            values[leaf.node] = value
            for i in leaf.rows { scores[Int(rows[i])] += value }
        }
        if bag.count < bins.rows && leaves.count > 1 { addOthers(bag, values, scores) }
        var grown = tree.finished(features: bins.features, outputs: 1) { node, value in
            value.pointee = values[node]
        }
        grown.importances = gains
        return grown
    }

    private func growLeaves(_ count: Int, _ units: PackedDerivatives) -> [Leaf] {
        var sums: Int64 = 0
        for i in 0..<count { sums &+= packed[i] }
        _ = tree.add(rows: 0..<count, (weight: Double(count), impurity: 0))
        var leaves = [Leaf(node: 0, rows: 0..<count, depth: 0, sums: sums)]
        var used = 0
        if canSplit(leaves[0]) {
            leaves[0].histogram = takeHistogram(&used)
            searchSplits(&leaves[0], nil, units)
        }
        while leaves.count < parameters.numLeaves {
            var chosen = 0
            for i in leaves.indices where leaves[i].best.gain > leaves[chosen].best.gain { chosen = i }
            guard leaves[chosen].best.gain > 0 else { break }
            guard let (left, right) = split(leaves[chosen]) else {
                leaves[chosen].best = searchWithCounts(leaves[chosen], units)
                continue
            }
            var (small, large) = left.rows.count <= right.rows.count ? (left, right) : (right, left)
            if canSplit(small) || canSplit(large) {
                large.histogram = leaves[chosen].histogram
                small.histogram = takeHistogram(&used)
                searchSplits(&small, &large, units)
            }
            let isLeftSmall = left.node == small.node
            leaves[chosen] = isLeftSmall ? small : large
            leaves.append(isLeftSmall ? large : small)
        }
        return leaves
    }

    private func takeHistogram(_ used: inout Int) -> Int {
        if used == histograms.count {
            histograms.append(
                .allocate(capacity: bins.groups * FeatureBins.groupSize * FeatureBins.width))
        }
        used += 1
        return used - 1
    }

    private func canSplit(_ leaf: Leaf) -> Bool {
        leaf.depth < parameters.maxDepth ?? .max && leaf.rows.count >= 2 * parameters.minDataInLeaf
    }

    /// Divides the rows of a leaf. Returns nil, without a change of the tree, if a child has too few.
    private func split(_ leaf: Leaf) -> (Leaf, Leaf)? {
        let (start, count) = (leaf.rows.lowerBound, leaf.rows.count)
        let feature = leaf.best.feature
        let codes = bins.group(feature / FeatureBins.groupSize)
        let shift = UInt64(feature % FeatureBins.groupSize * 8)
        let bound = UInt64(leaf.best.bin)
        var leftCount = 0
        for i in start..<start + count {
            leftCount += codes[Int(rows[i])] &>> shift & 0xff <= bound ? 1 : 0
        }
        guard min(leftCount, count - leftCount) >= parameters.minDataInLeaf else { return nil }
        var (left, right) = (start, 0)
        var leftSums: Int64 = 0
        for i in start..<start + count {
            let (row, derivatives) = (rows[i], packed[i])
            let goesLeft = codes[Int(row)] &>> shift & 0xff <= bound ? 1 : 0
            rows[left] = row
            packed[left] = derivatives
            rowBuffer[right] = row
            packedBuffer[right] = derivatives
            left += goesLeft
            right += 1 - goesLeft
            leftSums &+= derivatives & Int64(-goesLeft)
        }
        (rows + left).update(from: rowBuffer, count: right)
        (packed + left).update(from: packedBuffer, count: right)
        let children = tree.add(rows: start..<left, (weight: Double(leftCount), impurity: 0))
        _ = tree.add(rows: left..<start + count, (weight: Double(count - leftCount), impurity: 0))
        splitBins[leaf.node] = leaf.best.bin
        splitBins += [0, 0]
        tree.nodes[leaf.node].feature = Int32(feature)
        tree.nodes[leaf.node].threshold = bins.bounds[feature][leaf.best.bin]
        tree.nodes[leaf.node].left = Int32(children)
        gains[feature] += leaf.best.gain
        return (
            Leaf(node: children, rows: start..<left, depth: leaf.depth + 1, sums: leftSums),
            Leaf(
                node: children + 1, rows: left..<start + count, depth: leaf.depth + 1,
                sums: leaf.sums &- leftSums)
        )
    }

    /// Computes the histogram of the first leaf, subtracts it from that of the second, which is that of their parent,
    /// and finds the best splits of both.
    private func searchSplits(_ small: inout Leaf, _ large: inout Leaf, _ units: PackedDerivatives) {
        let pair = [small, large]
        searchSplits(pair, units)
        small.best = canSplit(small) ? best(0) : HistogramSplit()
        large.best = canSplit(large) ? best(1) : HistogramSplit()
    }

    private func searchSplits(_ leaf: inout Leaf, _ other: Leaf?, _ units: PackedDerivatives) {
        searchSplits([leaf], units)
        leaf.best = best(0)
    }

    private func searchSplits(_ leaves: [Leaf], _ units: PackedDerivatives) {
        Parallel.chunks(bins.groups) { group in
            let first = group * FeatureBins.groupSize
            let features = first..<min(first + FeatureBins.groupSize, bins.features)
            for feature in features {
                for side in leaves.indices { found[side * bins.features + feature] = HistogramSplit() }
            }
            guard features.contains(where: { allowed[$0] }) else { return }
            let offset = first * FeatureBins.width
            let small = histograms[leaves[0].histogram] + offset
            accumulate(group, features.count, leaves[0].rows, small)
            if leaves.count > 1 {
                let large = histograms[leaves[1].histogram] + offset
                for i in 0..<features.count * FeatureBins.width { large[i] &-= small[i] }
            }
            for (side, leaf) in leaves.enumerated() where canSplit(leaf) {
                let histogram = histograms[leaf.histogram] + offset
                for feature in features where allowed[feature] {
                    found[side * bins.features + feature] = search.best(
                        histogram + (feature - first) * FeatureBins.width,
                        bins: bins.bounds[feature].count + 1,
                        feature: feature, sums: leaf.sums, count: leaf.rows.count, units: units)
                }
            }
        }
    }

    /// The best split of all features; the first one if there are several.
    private func best(_ side: Int) -> HistogramSplit {
        var best = HistogramSplit()
        for feature in 0..<bins.features {
            let candidate = found[side * bins.features + feature]
            if candidate.gain > best.gain { best = candidate }
        }
        return best
    }

    /// Computes the histogram of the features of a group.
    private func accumulate(
        _ group: Int, _ features: Int, _ range: Range<Int>, _ histogram: UnsafeMutablePointer<Int64>
    ) {
        let width = FeatureBins.width
        histogram.update(repeating: 0, count: features * width)
        let codes = bins.group(group)
        let (rows, packed) = (rows + range.lowerBound, packed + range.lowerBound)
        @inline(__always)
        func add(_ code: UInt64, _ index: Int, _ derivatives: Int64) {
            let bin = Int(truncatingIfNeeded: code &>> UInt64(8 &* index) & 0xff)
            histogram[index &* width &+ bin] &+= derivatives
        }
        if features == FeatureBins.groupSize {
            for i in 0..<range.count {
                let (code, derivatives) = (codes[Int(rows[i])], packed[i])
                add(code, 0, derivatives)
                add(code, 1, derivatives)
                add(code, 2, derivatives)
                add(code, 3, derivatives)
                add(code, 4, derivatives)
                add(code, 5, derivatives)
                add(code, 6, derivatives)
                add(code, 7, derivatives)
            }
        } else {
            for i in 0..<range.count {
                let (code, derivatives) = (codes[Int(rows[i])], packed[i])
                for index in 0..<features { add(code, index, derivatives) }
            }
        }
    }

    /// Searches a leaf again, with exact numbers of rows.
    private func searchWithCounts(_ leaf: Leaf, _ units: PackedDerivatives) -> HistogramSplit {
        var best = HistogramSplit()
        var counts: [UInt32] = []
        for feature in 0..<bins.features where allowed[feature] {
            counts = Array(repeating: 0, count: FeatureBins.width)
            let codes = bins.group(feature / FeatureBins.groupSize)
            let shift = UInt64(feature % FeatureBins.groupSize * 8)
            for i in leaf.rows { counts[Int(codes[Int(rows[i])] &>> shift & 0xff)] += 1 }
            let candidate = search.best(
                histograms[leaf.histogram] + feature * FeatureBins.width,
                bins: bins.bounds[feature].count + 1,
                feature: feature, sums: leaf.sums, count: leaf.rows.count, units: units, counts: counts)
            if candidate.gain > best.gain { best = candidate }
        }
        return best
    }

    /// The value of a leaf, from the exact derivatives.
    private func value(
        _ leaf: Leaf, _ first: UnsafePointer<Float>, _ second: UnsafePointer<Float>
    ) -> Double {
        var (firstSum, secondSum) = (0.0, 0.0)
        for i in leaf.rows {
            firstSum += Double(first[Int(rows[i])])
            secondSum += Double(second[Int(rows[i])])
        }
        let curvature = secondSum + parameters.lambdaL2
        return curvature > 0
            ? -search.shrunk(firstSum, parameters.lambdaL1) / curvature * parameters.learningRate : 0
    }

    /// Adds the values of the tree to the scores of the rows that it was not grown on.
    private func addOthers(_ bag: [UInt32], _ values: [Double], _ scores: UnsafeMutablePointer<Double>) {
        var next = 0
        for row in 0..<bins.rows {
            if next < bag.count && bag[next] == row {
                next += 1
                continue
            }
            var node = 0
            while tree.nodes[node].left >= 0 {
                let feature = Int(tree.nodes[node].feature)
                let code = bins.group(feature / FeatureBins.groupSize)[row]
                let bin = code &>> UInt64(feature % FeatureBins.groupSize * 8) & 0xff
                node = Int(tree.nodes[node].left) + (bin <= splitBins[node] ? 0 : 1)
            }
            scores[row] += values[node]
        }
    }
}
