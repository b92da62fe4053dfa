import Configuration
import Foundation

/// The window function that a frame is multiplied by before its transform.
public enum Window: String, CaseIterable, ConfigurationValue {
    case hann, hamming, blackman, rectangular, bartlett, kaiser, gaussian

    /// Computes `length` values of the window.
    ///
    /// - Parameters:
    ///   - isPeriodic: Whether the window is periodic, as for spectral analysis, or symmetric.
    ///   - shape: Beta of a Kaiser window, or the standard deviation of a Gaussian window relative to half the length;
    ///     the others ignore it.
    public func curve(length: Int, isPeriodic: Bool = true, shape: Double? = nil) -> [Double] {
        guard length > 1 else { return [Double](repeating: 1, count: max(length, 0)) }
        let period = Double(isPeriodic ? length : length - 1)
        return (0..<length).map { i in
            let turn = 2 * Double.pi * Double(i) / period
            let fromMiddle = 2 * Double(i) / period - 1  // -1 at the start, 0 in the middle
            switch self {
            case .hann: return 0.5 - 0.5 * cos(turn)
            case .hamming: return 0.54 - 0.46 * cos(turn)
            case .blackman: return 0.42 - 0.5 * cos(turn) + 0.08 * cos(2 * turn)
            case .rectangular: return 1
            case .bartlett: return 1 - abs(fromMiddle)
            case .kaiser:
                let beta = shape ?? Self.kaiserBeta
                return bessel(beta * max(0, 1 - fromMiddle * fromMiddle).squareRoot()) / bessel(beta)
            case .gaussian:
                let deviations = fromMiddle * period / Double(length) / (shape ?? Self.gaussianDeviation)
                return exp(-0.5 * deviations * deviations)
            }
        }
    }

    /// The default parameter of a Kaiser window.
    package static let kaiserBeta = 8.6
    /// The default parameter of a Gaussian window.
    package static let gaussianDeviation = 0.4
}

/// The modified Bessel function of order 0, computed by its series.
private func bessel(_ x: Double) -> Double {
    var term = 1.0
    var sum = 1.0
    var k = 1.0
    while term > sum * 1e-17 {
        term *= (x / (2 * k)) * (x / (2 * k))
        sum += term
        k += 1
    }
    return sum
}
