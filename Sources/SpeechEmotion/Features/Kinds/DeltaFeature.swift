import Configuration

/// How another feature changes from frame to frame.
public struct Delta: FrameFeature {
    public var of = AnyFrameFeature(MFCC())
    public var order = 1
    public var window = 9

    public static let type = "delta"
    public static let summary =
        "How another feature changes: its first or second derivative over some frames."
    public static var fields: [Field<Self>] {
        [
            .init("of", \.of, "The other feature.", .required),
            .init("order", \.order, "First or second derivative.", .range(1...2)),
            .init(
                "width", \.window, "Frames that a line or parabola is fitted to.", .range(3...9999),
                .check("that is odd") { $0 % 2 == 1 }),
        ]
    }

    public init() {}
    /// A line (order 1) or a parabola (order 2) is fitted to 9 frames.
    public init(_ of: any FrameFeature, order: Int = 1) {
        self.of = AnyFrameFeature(of)
        self.order = order
    }

    /// Equal where the other feature with all its options, the order and the window are.
    public static func == (a: Delta, b: Delta) -> Bool {
        AnyHashable(a.of.value) == AnyHashable(b.of.value) && a.order == b.order && a.window == b.window
    }

    public func hash(into hasher: inout Hasher) {
        of.value.hash(into: &hasher)
        hasher.combine(order)
        hasher.combine(window)
    }

    /// That of the other feature.
    public var width: Int { of.value.width }
    /// `delta_mfcc_0`, and `delta2_mfcc_0` for order 2.
    public var names: [String] { of.value.names.map { (order == 1 ? "delta_" : "delta2_") + $0 } }
    /// That of the other feature.
    public var hop: Int { of.value.hop }
    /// As many as the other feature has.
    public func frames(of samples: Int) -> Int? { of.value.frames(of: samples) }
    public func check(rate: Int) throws(SoundProblem) { try of.value.check(rate: rate) }

    /// [frames, width] as librosa.feature.delta. Throws for sounds of fewer frames than the window.
    public func table(of sound: SoundAnalysis) throws(SoundProblem) -> FrameTable {
        let table = try sound(of.value)
        guard table.frames >= window else {
            let least = Double((window - 1) * hop) / Double(sound.wave.rate)
            throw SoundProblem(
                "delta",
                found:
                    "\(table.frames) frame\(table.frames == 1 ? "" : "s") of \(Self.seconds(sound.wave.duration))",
                allowed:
                    "\(window) or more, the width of the delta, which take \(Self.seconds(least)) of sound")
        }
        return try table.delta(order: order, width: window)
    }

    private static func seconds(_ number: Double) -> String {
        "\((number * 1000).rounded() / 1000) s"
    }
}
