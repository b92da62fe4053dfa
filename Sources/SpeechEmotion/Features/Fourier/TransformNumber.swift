import CKernels
import Foundation

/// Float, and Double if Float is too imprecise: the kernels of transforms exist for both.
protocol TransformNumber: BinaryFloatingPoint, BitwiseCopyable, Sendable {
    typealias Numbers = UnsafeMutablePointer<Self>

    static var transforms: SharedTables<Int, ComplexTransform<Self>> { get }
    static var realTwiddles: SharedTables<Int, [Self]> { get }

    static func pass(_ radix: Int, _ x: Numbers, _ y: Numbers, _ twiddles: [Self], _ m: Int, _ s: Int)
    static func pass(
        any radix: Int, _ x: Numbers, _ y: Numbers, _ twiddles: [Self], _ roots: [Self], _ m: Int, _ s: Int)
    static func scale(_ x: Numbers, _ factors: [Self], conjugated: Bool, _ count: Int)
    static func complex(of x: UnsafePointer<Self>, _ y: Numbers, _ count: Int)
    static func realBins(_ z: Numbers, _ twiddles: [Self], _ m: Int, _ bins: Numbers)
    static func realPowers(_ z: Numbers, _ twiddles: [Self], _ m: Int, _ powers: Numbers)
    static func realUnbins(_ bins: UnsafePointer<Self>, _ twiddles: [Self], _ m: Int, _ z: Numbers)
    static func allBinsConjugated(_ bins: UnsafePointer<Self>, _ count: Int, _ z: Numbers)
    static func powers(_ x: Numbers, _ y: Numbers, _ count: Int)
}

extension TransformNumber {
    /// exp(-2 pi i k / n), k below n, as two values.
    static func turn(_ k: Int, of n: Int) -> [Self] {
        let angle = 2 * Double.pi * Double(k) / Double(n)
        return [Self(cos(angle)), Self(-sin(angle))]
    }
}

extension Float: TransformNumber {
    static let transforms = SharedTables<Int, ComplexTransform<Float>>(limit: 32)
    static let realTwiddles = SharedTables<Int, [Float]>(limit: 32)

    static func pass(_ radix: Int, _ x: Numbers, _ y: Numbers, _ twiddles: [Float], _ m: Int, _ s: Int) {
        ck_fft_pass(radix, x, y, twiddles, m, s)
    }
    static func pass(
        any radix: Int, _ x: Numbers, _ y: Numbers, _ twiddles: [Float], _ roots: [Float], _ m: Int, _ s: Int
    ) { ck_fft_any_pass(radix, x, y, twiddles, roots, m, s) }
    static func scale(_ x: Numbers, _ factors: [Float], conjugated: Bool, _ count: Int) {
        ck_complex_scale(x, factors, conjugated ? 1 : 0, x, count)
    }
    static func complex(of x: UnsafePointer<Float>, _ y: Numbers, _ count: Int) {
        ck_complex_of_reals(x, y, count)
    }
    static func realBins(_ z: Numbers, _ twiddles: [Float], _ m: Int, _ bins: Numbers) {
        ck_real_bins(z, twiddles, m, bins)
    }
    static func realPowers(_ z: Numbers, _ twiddles: [Float], _ m: Int, _ powers: Numbers) {
        ck_real_powers(z, twiddles, m, powers)
    }
    static func realUnbins(_ bins: UnsafePointer<Float>, _ twiddles: [Float], _ m: Int, _ z: Numbers) {
        ck_real_unbins(bins, twiddles, m, z)
    }
    static func allBinsConjugated(_ bins: UnsafePointer<Float>, _ count: Int, _ z: Numbers) {
        ck_all_bins_conjugated(bins, count, z)
    }
    static func powers(_ x: Numbers, _ y: Numbers, _ count: Int) { ck_complex_powers(x, y, count) }
}

extension Double: TransformNumber {
    static let transforms = SharedTables<Int, ComplexTransform<Double>>(limit: 32)
    static let realTwiddles = SharedTables<Int, [Double]>(limit: 32)

    static func pass(_ radix: Int, _ x: Numbers, _ y: Numbers, _ twiddles: [Double], _ m: Int, _ s: Int) {
        ck_fft_pass(radix, x, y, twiddles, m, s)
    }
    static func pass(
        any radix: Int, _ x: Numbers, _ y: Numbers, _ twiddles: [Double], _ roots: [Double], _ m: Int,
        _ s: Int
    ) { ck_fft_any_pass(radix, x, y, twiddles, roots, m, s) }
    static func scale(_ x: Numbers, _ factors: [Double], conjugated: Bool, _ count: Int) {
        ck_complex_scale(x, factors, conjugated ? 1 : 0, x, count)
    }
    static func complex(of x: UnsafePointer<Double>, _ y: Numbers, _ count: Int) {
        ck_complex_of_reals(x, y, count)
    }
    static func realBins(_ z: Numbers, _ twiddles: [Double], _ m: Int, _ bins: Numbers) {
        ck_real_bins(z, twiddles, m, bins)
    }
    static func realPowers(_ z: Numbers, _ twiddles: [Double], _ m: Int, _ powers: Numbers) {
        ck_real_powers(z, twiddles, m, powers)
    }
    static func realUnbins(_ bins: UnsafePointer<Double>, _ twiddles: [Double], _ m: Int, _ z: Numbers) {
        ck_real_unbins(bins, twiddles, m, z)
    }
    static func allBinsConjugated(_ bins: UnsafePointer<Double>, _ count: Int, _ z: Numbers) {
        ck_all_bins_conjugated(bins, count, z)
    }
    static func powers(_ x: Numbers, _ y: Numbers, _ count: Int) { ck_complex_powers(x, y, count) }
}
