/// Returns the dot product of two contiguous arrays, summed in a fixed order.
@inline(__always)
func dotProduct(_ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, _ count: Int) -> Double {
    let (rawA, rawB) = (UnsafeRawPointer(a), UnsafeRawPointer(b))
    var sums = SIMD4<Double>()
    var at = 0
    while at + 4 <= count {
        let left = rawA.loadUnaligned(fromByteOffset: at * 8, as: SIMD4<Double>.self)
        let right = rawB.loadUnaligned(fromByteOffset: at * 8, as: SIMD4<Double>.self)
        sums += left * right
        at += 4
    }
    var sum = sums.sum()
    while at < count {
        sum += a[at] * b[at]
        at += 1
    }
    return sum
}
