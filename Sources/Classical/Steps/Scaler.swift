/// A fitted scaler: (x - center) / scale + shift for each column, optionally clipped.
public struct Scaler: Transformer, Equatable {
    /// The value subtracted from each column.
    public let center: [Double]
    /// The positive value that each column is then divided by.
    public let scale: [Double]
    /// The value added at the end, the lower end of the range of `MinMaxScalerOptions`.
    public let shift: Double
    /// The range that results are clipped to, if any.
    public let clip: ClosedRange<Double>?

    init(
        center: [Double], scale: [Double], shift: Double = 0, clip: ClosedRange<Double>? = nil
    ) throws(FittingError) {
        try requireFinite(center, "the center of column")
        try requireFinite(scale, "the scale of column")
        (self.center, self.scale, self.shift, self.clip) = (center, scale, shift, clip)
    }

    public var features: Int { center.count }
    public var outputs: Int { center.count }

    /// The affine map without clipping: `transform(x) = x * factor + offset` for each column.
    public var affine: (factor: [Double], offset: [Double]) {
        (scale.map { 1 / $0 }, zip(center, scale).map { shift - $0 / $1 })
    }

    public func transform(_ x: Matrix) -> Matrix {
        x.require(features: features)
        var result = x
        result.values.withUnsafeMutableBufferPointer { values in
            for row in 0..<x.rows {
                for column in 0..<x.columns {
                    let index = row * x.columns + column
                    let value = (values[index] - center[column]) / scale[column] + shift
                    values[index] = clip.map { min(max(value, $0.lowerBound), $0.upperBound) } ?? value
                }
            }
        }
        return result
    }

    public var arrays: [NamedArray] {
        var arrays = [
            NamedArray("center", center), NamedArray("scale", scale), NamedArray("shift", shift),
        ]
        if let clip { arrays.append(NamedArray("clip", [clip.lowerBound, clip.upperBound])) }
        return arrays
    }

    public init(arrays: [NamedArray]) throws(FittingError) {
        let reader = ArrayReader(arrays)
        let center = try reader.vector("center")
        let scale = try reader.vector("scale", count: center.count)
        if let column = scale.firstIndex(where: { $0 <= 0 }) {
            throw FittingError(
                "the array \"scale\", value \(column)", found: "\(scale[column])", allowed: "a positive value"
            )
        }
        var clip: ClosedRange<Double>?
        if reader.contains("clip") {
            let ends = try reader.vector("clip", count: 2)
            guard ends[0] < ends[1] else {
                throw FittingError("the array \"clip\"", found: "\(ends)", allowed: "ascending values")
            }
            clip = ends[0]...ends[1]
        }
        try self.init(center: center, scale: scale, shift: try reader.number("shift"), clip: clip)
    }

    /// Returns the scale with 1 in place of values that are (nearly) 0.
    static func withoutZeros(_ scale: [Double]) -> [Double] { scale.map { $0 < 10 * 0x1p-52 ? 1 : $0 } }
}
