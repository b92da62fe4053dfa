import Autograd

/// The leading eigenvectors of a symmetric operator by the Lanczos method with full reorthogonalization.
package struct Lanczos {
    /// The size of the operator.
    let size: Int
    /// The maximum number of steps.
    package var steps = 300
    /// The largest accepted residual, relative to the largest eigenvalue.
    var tolerance = 1e-9
    /// Unit vectors that are orthogonal to the result, such as known eigenvectors.
    package var excluded: [[Double]] = []

    package init(size: Int) { self.size = size }

    /// Returns the `count` largest eigenvalues with their unit eigenvectors; fewer if the space is too small.
    /// `apply` writes the product of the operator with the first array to the second.
    package func leading(
        _ count: Int, generator: RandomGenerator, _ apply: ([Double], inout [Double]) -> Void
    ) -> [(value: Double, vector: [Double])] {
        let limit = min(steps, size - excluded.count)
        var (basis, diagonal, below): ([[Double]], [Double], [Double]) = ([], [], [])
        var image = [Double](repeating: 0, count: size)
        var pairs: [(value: Double, vector: [Double])] = []
        var next = random(generator, basis)
        var check = 20
        while let vector = next, basis.count < limit {
            basis.append(vector)
            apply(vector, &image)
            diagonal.append(dot(image, vector))
            orthogonalize(&image, basis)
            let length = dot(image, image).squareRoot()
            let scale = diagonal.reduce(0) { max($0, abs($1)) }
            let isExhausted = length <= max(scale * 1e-13, .leastNormalMagnitude)
            if basis.count == limit || isExhausted || basis.count == check {
                check = max(check, basis.count * 3 / 2)
                pairs = TridiagonalEigen.pairs(diagonal: diagonal, below: below)
                let residual = pairs.prefix(count).reduce(0) { max($0, abs(($1.vector.last ?? 0) * length)) }
                if basis.count >= min(limit, 20), residual <= tolerance * scale, !isExhausted { break }
            }
            next = isExhausted ? random(generator, basis) : image.map { $0 / length }
            below.append(isExhausted ? 0 : length)
        }
        return pairs.prefix(count).map { pair in
            var vector = [Double](repeating: 0, count: size)
            for (weight, part) in zip(pair.vector, basis) { Self.add(&vector, weight, part) }
            return (pair.value, vector)
        }
    }

    /// A random unit vector that is orthogonal to the basis; nil if there is none.
    private func random(_ generator: RandomGenerator, _ basis: [[Double]]) -> [Double]? {
        guard basis.count + excluded.count < size else { return nil }
        for _ in 0..<3 {
            var vector = (0..<size).map { _ in generator.uniform() - 0.5 }
            orthogonalize(&vector, basis)
            let length = dot(vector, vector).squareRoot()
            if length > 1e-8 { return vector.map { $0 / length } }
        }
        return nil
    }

    /// Twice is enough for full precision.
    private func orthogonalize(_ vector: inout [Double], _ basis: [[Double]]) {
        for _ in 0..<2 {
            for other in excluded { Self.add(&vector, -dot(vector, other), other) }
            for other in basis { Self.add(&vector, -dot(vector, other), other) }
        }
    }

    private func dot(_ a: [Double], _ b: [Double]) -> Double {
        a.withUnsafeBufferPointer { a in
            b.withUnsafeBufferPointer { b in
                guard let a = a.baseAddress, let b = b.baseAddress else { return 0 }
                return dotProduct(a, b, size)
            }
        }
    }

    private static func add(_ a: inout [Double], _ factor: Double, _ b: [Double]) {
        a.withUnsafeMutableBufferPointer { a in
            b.withUnsafeBufferPointer { b in
                for at in a.indices { a[at] += factor * b[at] }
            }
        }
    }
}
