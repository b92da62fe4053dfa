/// Pixels of red, green and blue, in rows from the top.
struct RGBImage {
    let height, width: Int
    var values: [Float]

    /// Resizes the image with bilinear interpolation and antialiasing, as Pillow does.
    func resized(height newHeight: Int, width newWidth: Int) -> RGBImage {
        let columns = Weights(from: width, to: newWidth)
        var wide = RGBImage(
            height: height, width: newWidth, values: [Float](repeating: 0, count: height * newWidth * 3))
        let width = width
        values.withUnsafeBufferPointer { x in
            wide.values.withUnsafeMutableBufferPointer { y in
                for row in 0..<height {
                    for column in 0..<newWidth {
                        let first = (row * width + columns.firsts[column]) * 3
                        var (red, green, blue): (Float, Float, Float) = (0, 0, 0)
                        for (i, weight) in columns.weights[column].enumerated() {
                            red += weight * x[first + 3 * i]
                            green += weight * x[first + 3 * i + 1]
                            blue += weight * x[first + 3 * i + 2]
                        }
                        let at = (row * newWidth + column) * 3
                        (y[at], y[at + 1], y[at + 2]) = (red, green, blue)
                    }
                }
            }
        }
        let rows = Weights(from: height, to: newHeight)
        let size = newWidth * 3
        var high = RGBImage(
            height: newHeight, width: newWidth, values: [Float](repeating: 0, count: newHeight * size))
        wide.values.withUnsafeBufferPointer { x in
            high.values.withUnsafeMutableBufferPointer { y in
                guard let x = x.baseAddress, let y = y.baseAddress else { return }
                for row in 0..<newHeight {
                    let line = y + row * size
                    for (i, weight) in rows.weights[row].enumerated() {
                        let from = x + (rows.firsts[row] + i) * size
                        for j in 0..<size { line[j] += weight * from[j] }
                    }
                }
            }
        }
        return high
    }
}

/// The weights of the old pixels that make up each new one: a triangle around its center.
private struct Weights {
    private(set) var firsts: [Int] = []
    private(set) var weights: [[Float]] = []

    init(from old: Int, to new: Int) {
        let scale = Double(old) / Double(new)
        let reach = max(scale, 1)
        for i in 0..<new {
            let centre = (Double(i) + 0.5) * scale
            let first = max(0, Int(centre - reach + 0.5))
            let end = min(old, Int(centre + reach + 0.5))
            let row = (first..<max(end, first + 1)).map { max(0, 1 - abs(Double($0) - centre + 0.5) / reach) }
            let sum = row.reduce(0, +)
            firsts.append(first)
            weights.append(row.map { Float(sum > 0 ? $0 / sum : 1 / Double(row.count)) })
        }
    }
}
