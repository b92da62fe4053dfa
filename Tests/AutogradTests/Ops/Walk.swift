import Autograd

// Slow and simple reference implementations.

/// 1, 2, 3, ... in row-major order.
func counting(_ shape: [Int]) -> Tensor {
    Tensor(shape: shape) { p in for i in 0..<shape.reduce(1, *) { p[i] = Real(i + 1) } }
}

/// Every index of a shape, in row-major order.
func positions(_ shape: [Int]) -> [[Int]] {
    shape.reduce([[]]) { heads, size in heads.flatMap { head in (0..<size).map { head + [$0] } } }
}

/// Returns the elements of `x` at the index that `place` returns for every index of `shape`.
func elements(of x: Tensor, at shape: [Int], _ place: ([Int]) -> [Int]) -> [Real] {
    let array = x.array
    return positions(shape).map { index in array[zip(place(index), x.shape).reduce(0) { $0 * $1.1 + $1.0 }] }
}

/// Returns all permutations of the numbers.
func permutations(_ numbers: [Int]) -> [[Int]] {
    guard numbers.count > 1 else { return [numbers] }
    return numbers.indices.flatMap { i in
        var rest = numbers
        let first = rest.remove(at: i)
        return permutations(rest).map { [first] + $0 }
    }
}

/// Returns the gradient of sum(f(x) * cotangent) with respect to x.
func gradient(at x: Tensor, _ cotangent: Tensor, _ f: (Tensor) -> Tensor) -> [Real]? {
    let parameter = Parameter(x)
    return f(parameter.tensor).backward(cotangent)[parameter]?.array
}

/// Returns the results of `body` with 1, 2, 3 and 7 threads.
func onSeveralThreads<R>(_ body: () -> R) -> [R] {
    let before = Parallel.threads
    defer { Parallel.threads = before }
    return [1, 2, 3, 7].map { threads in
        Parallel.threads = threads
        return body()
    }
}
