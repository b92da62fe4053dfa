import Autograd
import Configuration

/// The local derivative of another feature over time.
public struct Delta: FrameFeature {
    public var of = AnyFrameFeature(MFCC())
    public var order = 1
    public var window = 9

    public static let type = "delta"
    public static let summary =
        "Delta features: the first or second derivative of another feature over time, as librosa.feature.delta."
    public static var fields: [Field<Self>] {
        [
            .init("of", \.of, "The feature to differentiate.", .required),
            .init("order", \.order, "Order of the derivative, 1 or 2.", .range(1...2)),
            .init(
                "width", \.window, "Number of frames of the Savitzky-Golay filter; odd.", .range(3...9999),
                .check("that is odd") { $0 % 2 == 1 }),
        ]
    }

    public init() {}
    /// Creates deltas over 9 frames, fitted by a line (order 1) or a parabola (order 2).
    public init(_ of: any FrameFeature, order: Int = 1) {
        self.of = AnyFrameFeature(of)
        self.order = order
    }

    /// Whether the other feature, the order and the width are equal.
    public static func == (a: Delta, b: Delta) -> Bool {
        AnyHashable(a.of.value) == AnyHashable(b.of.value) && a.order == b.order && a.window == b.window
    }

    public func hash(into hasher: inout Hasher) {
        of.value.hash(into: &hasher)
        hasher.combine(order)
        hasher.combine(window)
    }

    /// The width of the other feature.
    public var width: Int { of.value.width }
    /// `delta_mfcc_0`, and `delta2_mfcc_0` for order 2.
    public var names: [String] { of.value.names.map { (order == 1 ? "delta_" : "delta2_") + $0 } }
    /// The hop length of the other feature.
    public var hop: Int { of.value.hop }
    public var firstCenter: Int { of.value.firstCenter }
    /// The number of frames of the other feature.
    public func frames(of samples: Int) -> Int? { of.value.frames(of: samples) }
    public func check(rate: Int) throws(InputError) { try of.value.check(rate: rate) }

    /// Computes [frames, width] as librosa.feature.delta. Throws for waveforms with fewer frames than the width.
    public func table(of analysis: WaveformAnalysis) throws(InputError) -> FrameTable {
        let table = try analysis(of.value)
        guard table.frames >= window else {
            let least = Double((window - 1) * hop) / Double(analysis.wave.rate)
            throw InputError(
                "delta",
                found:
                    "\(table.frames) frame\(table.frames == 1 ? "" : "s") of \(Self.seconds(analysis.wave.duration))",
                allowed:
                    "\(window) or more frames, the width of the delta (\(Self.seconds(least)) of audio)")
        }
        return try table.delta(order: order, width: window)
    }

    private static func seconds(_ number: Double) -> String {
        "\((number * 1000).rounded() / 1000) s"
    }
}
