/// Computes exp(x) for x ≤ 0 to about one unit in the last place, for eight values at a time; 0 below -708.
///
/// x = n log 2 + r, where |r| ≤ log 2 / 2, and exp(r) is its Taylor polynomial. Unlike the C library's, the result is the
/// same on all processors.
@inline(__always)
func exponential(_ x: SIMD8<Double>) -> SIMD8<Double> {
    typealias Lanes = SIMD8<Double>
    // Adding 1.5 * 2^52 rounds to an integer, which is then in the low bits.
    let magic = Lanes(repeating: 0x1.8p52)
    let clamped = x.replacing(with: -708, where: x .< -708)
    let shifted = clamped * Lanes(repeating: 1.4426950408889634) + magic
    let n = shifted - magic
    let r = clamped - n * Lanes(repeating: 0x1.62e42fee00000p-1) - n * Lanes(repeating: 0x1.a39ef35793c76p-33)
    var p = Lanes(repeating: 1 / 6_227_020_800)
    p = p * r + Lanes(repeating: 1 / 479_001_600)
    p = p * r + Lanes(repeating: 1 / 39_916_800)
    p = p * r + Lanes(repeating: 1 / 3_628_800)
    p = p * r + Lanes(repeating: 1 / 362_880)
    p = p * r + Lanes(repeating: 1 / 40_320)
    p = p * r + Lanes(repeating: 1 / 5_040)
    p = p * r + Lanes(repeating: 1 / 720)
    p = p * r + Lanes(repeating: 1 / 120)
    p = p * r + Lanes(repeating: 1 / 24)
    p = p * r + Lanes(repeating: 1 / 6)
    p = p * r + Lanes(repeating: 0.5)
    p = p * r * r + r + Lanes(repeating: 1)
    let bits = (unsafeBitCast(shifted, to: SIMD8<Int64>.self) &+ 1023) &<< 52
    let result = p * unsafeBitCast(bits, to: Lanes.self)
    return result.replacing(with: 0, where: x .< -708)
}

/// Replaces squared distances, computed from products of rows, by exp(-gamma d²).
@inline(__always)
package func replaceByGaussian(
    _ products: UnsafeMutablePointer<Double>, gamma: Double, norm: Double, norms: UnsafePointer<Double>,
    _ count: Int
) {
    var i = 0
    while i + 8 <= count {
        let values = UnsafeRawPointer(products + i).loadUnaligned(as: SIMD8<Double>.self)
        let others = UnsafeRawPointer(norms + i).loadUnaligned(as: SIMD8<Double>.self)
        UnsafeMutableRawPointer(products + i).storeBytes(
            of: gaussian(values, gamma, norm, others), as: SIMD8<Double>.self)
        i += 8
    }
    guard i < count else { return }
    var (values, others) = (SIMD8<Double>.zero, SIMD8<Double>.zero)
    for lane in 0..<count - i { (values[lane], others[lane]) = (products[i + lane], norms[i + lane]) }
    let result = gaussian(values, gamma, norm, others)
    for lane in 0..<count - i { products[i + lane] = result[lane] }
}

@inline(__always)
private func gaussian(
    _ products: SIMD8<Double>, _ gamma: Double, _ norm: Double, _ norms: SIMD8<Double>
) -> SIMD8<Double> {
    let distances = norms + norm - 2 * products
    let exponents = -gamma * distances
    return exponential(exponents.replacing(with: 0, where: exponents .> 0))
}
