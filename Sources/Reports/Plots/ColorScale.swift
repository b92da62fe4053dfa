/// A continuous color scale, which is the same in dark mode.
package struct ColorScale: Sendable {
    /// Red, green and blue from 0 to 255, at equal distances.
    private let stops: [SIMD3<Double>]

    /// From white to dark blue, perceptually uniform; also prints in grayscale.
    package static let sequential = ColorScale(stops: [
        SIMD3(247, 249, 252), SIMD3(204, 224, 240), SIMD3(136, 186, 220), SIMD3(62, 134, 188),
        SIMD3(16, 82, 148), SIMD3(6, 40, 92),
    ])

    /// From dark blue through white to orange. Blue is darker than orange, also in grayscale.
    package static let diverging = ColorScale(stops: [
        SIMD3(10, 58, 122), SIMD3(52, 120, 186), SIMD3(150, 194, 226), SIMD3(252, 252, 252),
        SIMD3(252, 202, 148), SIMD3(240, 150, 62), SIMD3(204, 102, 0),
    ])

    /// From dark blue through gray to gold, lighter from step to step, for points on a light background.
    package static let points = ColorScale(stops: [
        SIMD3(0, 36, 92), SIMD3(66, 78, 108), SIMD3(122, 120, 116), SIMD3(178, 158, 88), SIMD3(236, 196, 52),
    ])

    /// Returns the color of a proportion from 0 to 1; values outside, and NaN, have that of the nearest end.
    package func ink(_ share: Double) -> Ink {
        let color = color(share)
        let hex = [color.x, color.y, color.z].map { Int($0.rounded()) }.map {
            ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true)
        }
        return .fixed("#" + hex.joined())
    }

    /// Returns white on dark colors and black on light ones.
    package func textInk(on share: Double) -> Ink {
        let color = color(share)
        let luminance = 0.299 * color.x + 0.587 * color.y + 0.114 * color.z
        return .fixed(luminance < 140 ? "#FFFFFF" : "#1F2328")
    }

    /// Returns red, green and blue from 0 to 255 of a proportion from 0 to 1.
    func color(_ share: Double) -> SIMD3<Double> {
        let place = min(max(share.isNaN ? 0 : share, 0), 1) * Double(stops.count - 1)
        let below = min(Int(place), stops.count - 2)
        return stops[below] + (stops[below + 1] - stops[below]) * (place - Double(below))
    }

    /// Draws a vertical color bar with a label at each end, in the middle and beside it.
    package func drawBar(
        left: Double, top: Double, height: Double, labels: (low: String, middle: String, high: String),
        name: String, on canvas: inout Canvas
    ) {
        let steps = 32
        for step in 0..<steps {
            let y = top + height * Double(step) / Double(steps)
            canvas.rectangle(
                Point(left, y), Point(left + 12, y + height / Double(steps) + 0.3),
                fill: ink(1 - (Double(step) + 0.5) / Double(steps)))
        }
        canvas.rectangle(
            Point(left, top), Point(left + 12, top + height), fill: .paper, opacity: 0, border: .axis)
        canvas.text(labels.high, Point(left + 18, top + 9), size: 11, ink: .muted, limit: 64)
        canvas.text(labels.middle, Point(left + 18, top + height / 2 + 4), size: 11, ink: .muted, limit: 64)
        canvas.text(labels.low, Point(left + 18, top + height), size: 11, ink: .muted, limit: 64)
        let widest = [labels.low, labels.middle, labels.high].map { TextWidth.of($0, size: 11) }.max() ?? 0
        canvas.text(
            name, Point(left + 34 + min(widest, 64), top + height / 2), .middle, size: 11, ink: .muted,
            turned: -90,
            limit: max(height, 60))
    }
}
