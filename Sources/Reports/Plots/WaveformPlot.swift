/// A waveform with a model's attention over time below it.
public struct WaveformPlot: Plot {
    /// Attention weights over time.
    public struct Attention: Sendable {
        /// One weight per step, drawn relative to the largest.
        public var weights: [Double]
        /// The duration of a step in seconds.
        public var seconds: Double
        /// The start of the first step in seconds.
        public var start: Double

        /// The duration that a weight is about, if steps are windows that overlap; nil for that of a step.
        public var window: Double?

        /// Creates weights of steps of equal duration.
        public init(_ weights: [Double], seconds: Double, start: Double = 0) {
            self.weights = weights
            self.seconds = seconds
            self.start = start
        }

        /// The end of the last step in seconds.
        public var end: Double { start + seconds * Double(weights.count) }
    }

    /// A mono recording.
    public struct Recording: Sendable {
        /// The samples, from -1 to 1.
        public var samples: [Float]
        /// The sample rate in Hz.
        public var rate: Int

        /// Creates a recording.
        public init(_ samples: [Float], rate: Int) {
            (self.samples, self.rate) = (samples, rate)
        }

        var count: Int { samples.count }
        var duration: Double { Double(samples.count) / Double(rate) }
    }

    /// The title, such as the name of the clip.
    public var title: String
    /// A second line, such as the true and the predicted class.
    public var note: String
    /// The recording; nil draws only the attention.
    public var sound: Recording?
    /// The attention; nil draws only the waveform.
    public var attention: Attention?
    /// The width in pixels.
    public var width = 640.0

    /// Creates a plot of a recording, of attention, or of both.
    public init(title: String, note: String = "", sound: Recording?, attention: Attention? = nil) {
        self.title = title
        self.note = note
        self.sound = sound
        self.attention = attention
    }

    public var summary: String {
        var parts = note.isEmpty ? [] : [note]
        if let sound { parts.append("\(NumberText.fixed(sound.duration, 2)) seconds of audio") }
        if let attention, let top = strongest(attention) {
            let at = attention.start + attention.seconds * (Double(top) + 0.5)
            parts.append("attention is strongest at \(NumberText.fixed(at, 2)) seconds")
        }
        return parts.joined(separator: "; ")
    }

    /// The plot as SVG.
    public var svg: String {
        let top = note.isEmpty ? 34.0 : 50.0
        let soundHeight = sound == nil ? 0.0 : 92
        let attentionTop = top + soundHeight + (sound == nil ? 0 : 8)
        let bottom = max(attention == nil ? top + soundHeight : attentionTop + 54, top + 40)
        var canvas = Canvas(width: width, height: bottom + 44)
        canvas.text(title, Point(12, 20), size: 13, isBold: true, limit: width - 24)
        canvas.text(note, Point(12, 38), size: 11, ink: .muted, limit: width - 24)
        let area = PlotArea(left: 64, top: top, right: width - 24, bottom: bottom)
        let x = Scale([0, seconds], from: area.left, to: area.right, ticks: 9, exact: true)
        if let attention { shade(attention, x, area, on: &canvas) }
        if let sound {
            draw(sound, x, middle: top + soundHeight / 2, half: soundHeight / 2 - 2, area, on: &canvas)
            drawPadding(after: sound, x, area, on: &canvas)
            canvas.text("waveform", Point(56, top + soundHeight / 2 + 4), .end, size: 11, ink: .muted)
        }
        if let attention {
            let part = PlotArea(left: area.left, top: attentionTop, right: area.right, bottom: bottom)
            draw(attention, x, part, on: &canvas)
            canvas.text("attention", Point(56, bottom - 22), .end, size: 11, ink: .muted)
        }
        if sound == nil, attention == nil { area.drawEmpty(on: &canvas) }
        area.drawHorizontal(x, name: "seconds", on: &canvas)
        return canvas.document(title: title, summary: summary)
    }

    /// The end of the time axis.
    private var seconds: Double {
        let ends = [sound.map { $0.rate > 0 ? $0.duration : 0 } ?? 0, attention?.end ?? 0]
        return max(ends.filter { $0.isFinite && $0 < 1e7 }.max() ?? 0, 0.01)
    }

    private func strongest(_ attention: Attention) -> Int? {
        attention.weights.indices.filter { attention.weights[$0].isFinite }
            .max { attention.weights[$0] < attention.weights[$1] }
    }

    /// The positions of the drawn steps, with their weights relative to the largest.
    private func steps(_ attention: Attention, _ x: Scale) -> [(left: Double, right: Double, share: Double)] {
        let largest = attention.weights.filter(\.isFinite).max() ?? 0
        guard largest > 0, attention.seconds > 0 else { return [] }
        return attention.weights.enumerated().compactMap { index, weight in
            let start = attention.start + attention.seconds * Double(index)
            guard weight.isFinite, start < seconds, let left = x.place(max(start, 0)),
                let right = x.place(min(start + attention.seconds, seconds)), right > left
            else { return nil }
            return (left, right, max(weight, 0) / largest)
        }
    }

    /// Shades the steps with the largest weights behind the waveform.
    private func shade(_ attention: Attention, _ x: Scale, _ area: PlotArea, on canvas: inout Canvas) {
        for step in merged(steps(attention, x)) where step.share > 0.25 {
            canvas.rectangle(
                Point(step.left, area.top), Point(step.right, area.bottom), fill: .series(4),
                opacity: 0.3 * step.share)
        }
    }

    /// Merges steps that are narrower than two pixels.
    private func merged(
        _ steps: [(left: Double, right: Double, share: Double)]
    ) -> [(left: Double, right: Double, share: Double)] {
        var result: [(left: Double, right: Double, share: Double)] = []
        for step in steps {
            if let last = result.last, last.right - last.left < 2, step.left - last.right < 0.01 {
                result[result.count - 1] = (last.left, step.right, max(last.share, step.share))
            } else {
                result.append(step)
            }
        }
        return result
    }

    private func draw(_ attention: Attention, _ x: Scale, _ area: PlotArea, on canvas: inout Canvas) {
        var outline: [Point] = []
        for step in merged(steps(attention, x)) {
            let y = area.bottom - step.share * (area.height - 2)
            if let last = outline.last, step.left - last.x > 0.01 {
                outline += [Point(last.x, area.bottom), Point(step.left, area.bottom)]
            } else if outline.isEmpty {
                outline.append(Point(step.left, area.bottom))
            }
            outline += [Point(step.left, y), Point(step.right, y)]
        }
        guard let last = outline.last else { return }
        canvas.polygon(outline + [Point(last.x, area.bottom)], fill: .series(1), opacity: 0.75)
    }

    /// Marks the padding after the recording.
    private func drawPadding(after sound: Recording, _ x: Scale, _ area: PlotArea, on canvas: inout Canvas) {
        guard sound.rate > 0, let end = x.place(min(sound.duration, seconds)), area.right - end > 60 else {
            return
        }
        canvas.line(Point(end, area.top), Point(end, area.bottom), .axis, dash: "2 3")
        canvas.text("padding", Point((end + area.right) / 2, area.top + 12), .middle, size: 11, ink: .muted)
    }

    /// Draws the envelope: the lowest and highest sample of each pixel column.
    private func draw(
        _ sound: Recording, _ x: Scale, middle: Double, half: Double, _ area: PlotArea,
        on canvas: inout Canvas
    ) {
        canvas.line(Point(area.left, middle), Point(area.right, middle), .grid)
        guard sound.rate > 0, sound.count > 0, let end = x.place(min(sound.duration, seconds)) else { return }
        let columns = max(1, min(Int(end - area.left), sound.count))
        let (lows, highs) = Self.envelope(sound.samples, columns)
        let peak = Double(zip(lows, highs).reduce(0) { max($0, max(-$1.0, $1.1)) })
        let scale = peak > 0 ? half / peak : 0
        let step = (end - area.left) / Double(columns)
        let places = (0..<columns).map { area.left + (Double($0) + 0.5) * step }
        let over = zip(places, highs).map { Point($0, middle - max(Double($1) * scale, 0.4)) }
        let under = zip(places, lows).map { Point($0, middle - min(Double($1) * scale, -0.4)) }
        if columns == 1 {
            canvas.line(over[0], under[0], .series(0), width: 2)
        } else {
            canvas.polygon(over + under.reversed(), fill: .series(0))
        }
    }

    /// Returns the minimum (at most 0) and maximum (at least 0) of the samples in each column.
    package static func envelope(_ samples: [Float], _ columns: Int) -> (lows: [Float], highs: [Float]) {
        var lows = [Float](repeating: 0, count: columns)
        var highs = lows
        samples.withUnsafeBufferPointer { samples in
            for column in 0..<columns {
                var (low, high) = (Float(0), Float(0))
                for at in samples.count * column / columns..<samples.count * (column + 1) / columns
                where samples[at].isFinite {
                    low = min(low, samples[at])
                    high = max(high, samples[at])
                }
                (lows[column], highs[column]) = (low, high)
            }
        }
        return (lows, highs)
    }
}
