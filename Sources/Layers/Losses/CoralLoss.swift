import Autograd

/// Returns the CORAL loss of vectors [batch, d] from several domains (Sun and Saenko 2016): ||C1 - C2||² / (4 d²) with the Frobenius norm of
/// the difference of two domains' covariances, averaged over all pairs of domains with at least two vectors; 0 with fewer than two of them.
///
/// - Parameter domains: The domain of each vector.
public func coralLoss(_ x: Tensor, domains: [Int]) -> Tensor {
    require(
        x.rank == 2 && x.shape[0] == domains.count,
        "coralLoss: \(domains.count) domains for vectors of shape \(x.shape)")
    var covariances: [Tensor] = []
    for domain in Set(domains).sorted() {
        let rows = domains.indices.filter { domains[$0] == domain }
        guard rows.count > 1 else { continue }
        let own = x.indexSelected(Indices(rows), axis: 0)
        let centered = own - own.mean(axes: [0], keepDims: true)
        covariances.append(matmul(centered, centered, transposeA: true) / Real(rows.count - 1))
    }
    guard covariances.count > 1 else { return (x * 0).sum() }
    var sum = Tensor.zeros([])
    for (index, first) in covariances.enumerated() {
        for second in covariances[(index + 1)...] { sum = sum + (first - second).square().sum() }
    }
    let pairs = covariances.count * (covariances.count - 1) / 2
    return sum / Real(4 * x.shape[1] * x.shape[1] * pairs)
}
