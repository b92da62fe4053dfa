/// Follows where the sound of a clip lies while it is prepared, and what is cut off it.
struct CutTracker: Sendable {
    /// The samples at this point, added zeros among them.
    private(set) var count: Int
    private(set) var rate: Int
    /// Which of the samples are sound.
    private var sound: Range<Int>
    private var cuts: [Double]

    /// A sound of which nothing but what `cuts` says has been cut off.
    init(count: Int, rate: Int, cuts: [Double]) {
        self.count = count
        self.rate = rate
        self.cuts = cuts
        sound = 0..<count
    }

    /// Follows an edit. Without the waveforms before and after it, silence counts as not removed.
    mutating func apply(_ edit: any WaveEdit, from before: Waveform? = nil, to after: Waveform? = nil) throws
    {
        switch edit {
        case let edit as any LengthEdit:
            cut(to: try edit.window(of: count, rate: rate))
        case let edit as Resample:
            let new = (Double(count) * Double(edit.rate) / Double(rate)).rounded(.up)
            adopt(count: after?.count ?? Int(new), rate: edit.rate)
        case let edit as Trim:
            guard let before, let after else { return }
            if sound == 0..<count {
                adopt(count: after.count, rate: rate)
            } else {
                let range = before.trimRange(below: edit.below, frame: edit.frame, hop: edit.hop)
                shift(to: range)
            }
        default:
            guard let after, after.count != count else { return }
            (count, sound) = (after.count, 0..<after.count)
        }
    }

    /// Takes the length of a sound that was stretched: its parts stay in proportion.
    mutating func adopt(count new: Int, rate newRate: Int) {
        let scale = Double(new) / Double(max(count, 1))
        let isAll = sound == 0..<count
        let start = isAll ? 0 : Int((Double(sound.lowerBound) * scale).rounded())
        let end = isAll ? new : min(new, Int((Double(sound.upperBound) * scale).rounded()))
        (count, rate, sound) = (new, newRate, min(start, end)..<end)
    }

    /// The truncation once a layout has taken its frames.
    func truncation(by layout: any FeatureLayout) -> Truncation {
        guard let sequence = layout as? FrameSequence else {
            return Truncation(cuts: cuts, kept: Double(sound.count) / Double(rate))
        }
        var last = self
        last.cut(to: sequence.window(of: count))
        return Truncation(cuts: last.cuts, kept: Double(last.sound.count) / Double(rate))
    }

    /// Keeps the samples of a window, which may reach beyond the sound on either side.
    private mutating func cut(to window: Range<Int>) {
        cuts.append(Double(sound.count - sound.clamped(to: window).count) / Double(rate))
        shift(to: window)
    }

    private mutating func shift(to window: Range<Int>) {
        let left = sound.clamped(to: window)
        count = window.count
        let start = left.isEmpty ? 0 : left.lowerBound - window.lowerBound
        sound = start..<start + left.count
    }
}

extension Waveform {
    /// This sound, made of another one by a change, with what had been cut off that one.
    func adoptingCuts(of plain: Waveform) -> Waveform {
        guard cuts?.count != count, var known = plain.cuts else { return self }
        known.adopt(count: count, rate: rate)
        var wave = self
        wave.cuts = known
        return wave
    }
}
