import Autograd
import CKernels
import Configuration
import Foundation

/// The type of the discrete cosine transform (DCT).
public enum DCTType: String, CaseIterable, ConfigurationValue {
    /// Types 1, 2 and 3 as defined by scipy.fft.dct.
    case one = "1"
    case two = "2"
    case three = "3"

    /// Returns the first `rows` coefficients of the transform of `columns` values, as a matrix.
    ///
    /// - Parameter isOrthonormal: Whether rows are scaled so that the square matrix is orthonormal.
    func matrix(rows: Int, columns: Int, isOrthonormal: Bool) -> [Float] {
        let n = Double(columns)
        return (0..<rows * columns).map { at in
            let (row, column) = (at / columns, at % columns)
            let (k, i) = (Double(row), Double(column))
            switch self {
            case .one:
                let isEnd = column == 0 || column == columns - 1
                var value = (isEnd ? 1 : 2) * cos(.pi * k * i / (n - 1))
                if isOrthonormal {
                    let isEndRow = row == 0 || row == columns - 1
                    value *=
                        (isEnd ? 2.0.squareRoot() : 1) * 0.5 * ((isEndRow ? 1 : 2) / (n - 1)).squareRoot()
                }
                return Float(value)
            case .two:
                let scale = isOrthonormal ? ((row == 0 ? 1 : 2) / n).squareRoot() / 2 : 1
                return Float(2 * scale * cos(.pi * k * (2 * i + 1) / (2 * n)))
            case .three:
                if column == 0 { return Float(isOrthonormal ? 1 / n.squareRoot() : 1) }
                let scale = isOrthonormal ? (2 / n).squareRoot() : 2
                return Float(scale * cos(.pi * i * (2 * k + 1) / (2 * n)))
            }
        }
    }
}

/// How mel levels become cepstral coefficients. The defaults are librosa's.
public struct Cepstrum: Hashable, Sendable {
    /// The number of coefficients.
    public var count = 20
    /// The type of the DCT; type 1 needs at least 2 bands.
    public var transform = DCTType.two
    /// Whether the DCT is orthonormal.
    public var isOrthonormal = true
    /// Multiplies coefficient n, from 0, by 1 + lifter / 2 sin(pi (n + 1) / lifter); 0 disables it.
    public var lifter = 0.0

    /// An orthonormal DCT of type 2 without liftering.
    public init(count: Int = 20) { self.count = count }

    private struct Key: Hashable {
        let options: Cepstrum
        let bands: Int
    }
    private static let shared = SharedTables<Key, [Float]>(limit: 64)

    fileprivate func matrix(bands: Int) -> [Float] {
        Self.shared(Key(options: self, bands: bands)) {
            var matrix = transform.matrix(rows: count, columns: bands, isOrthonormal: isOrthonormal)
            guard lifter > 0 else { return matrix }
            for row in 0..<count {
                let weight = Float(1 + lifter / 2 * sin(.pi * Double(row + 1) / lifter))
                for column in 0..<bands { matrix[row * bands + column] *= weight }
            }
            return matrix
        }
    }
}

extension FrameBlocks {
    /// Computes cepstral coefficients, [frames, count], from band levels. Throws if there are fewer bands than
    /// coefficients.
    public func cepstrum(_ options: Cepstrum = Cepstrum()) throws(InputError) -> FrameBlocks {
        let least = options.transform == .one ? 2 : 1
        guard options.count >= 1, options.count <= width, width >= least, options.lifter >= 0 else {
            throw InputError(
                "mfcc", found: "\(options.count) coefficients of \(width) bands, lifter \(options.lifter)",
                allowed: "1 to \(width) coefficients of at least \(least) bands, a lifter of at least 0")
        }
        let matrix = options.matrix(bands: width)
        return mapped(width: options.count) { ck_lane_product(matrix, options.count, width, $0, $1) }
    }
}
