/// Tracks where the audio of a clip is while it is preprocessed, and how much of it is truncated.
struct TruncationTracker: Sendable {
    /// The number of samples at this point, including padding.
    private(set) var count: Int
    private(set) var rate: Int
    /// The range of samples that is audio.
    private var audio: Range<Int>
    /// Seconds removed by each step that can truncate, in order.
    private(set) var cuts: [Double]

    /// Seconds of audio that are left.
    var kept: Double { Double(audio.count) / Double(rate) }

    /// Starts with a waveform from which only `cuts` have been removed.
    init(count: Int, rate: Int, cuts: [Double]) {
        self.count = count
        self.rate = rate
        self.cuts = cuts
        audio = 0..<count
    }

    /// Applies a preprocessing step. Without the waveforms before and after it, silence counts as not removed.
    mutating func apply(
        _ edit: any PreprocessingStep, from before: Waveform? = nil, to after: Waveform? = nil
    ) throws {
        switch edit {
        case let edit as any LengthEdit:
            cut(to: try edit.window(of: count, rate: rate))
        case let edit as Resample:
            let new = (Double(count) * Double(edit.rate) / Double(rate)).rounded(.up)
            adopt(count: after?.count ?? Int(new), rate: edit.rate)
        case let edit as Trim:
            guard let before, let after else { return }
            if audio == 0..<count {
                adopt(count: after.count, rate: rate)
            } else {
                let range = before.trimRange(below: edit.topDb, frame: edit.frame, hop: edit.hop)
                shift(to: range)
            }
        default:
            guard let after, after.count != count else { return }
            (count, audio) = (after.count, 0..<after.count)
        }
    }

    /// Adopts the length of a waveform that was stretched; its ranges are scaled in proportion.
    mutating func adopt(count new: Int, rate newRate: Int) {
        let scale = Double(new) / Double(max(count, 1))
        let isAll = audio == 0..<count
        let start = isAll ? 0 : Int((Double(audio.lowerBound) * scale).rounded())
        let end = isAll ? new : min(new, Int((Double(audio.upperBound) * scale).rounded()))
        (count, rate, audio) = (new, newRate, min(start, end)..<end)
    }

    /// Keeps the samples of a window, which may extend beyond the audio on either side.
    mutating func cut(to window: Range<Int>) {
        cuts.append(Double(audio.count - audio.clamped(to: window).count) / Double(rate))
        shift(to: window)
    }

    private mutating func shift(to window: Range<Int>) {
        let left = audio.clamped(to: window)
        count = window.count
        let start = left.isEmpty ? 0 : left.lowerBound - window.lowerBound
        audio = start..<start + left.count
    }
}

extension Waveform {
    /// Returns this waveform, derived from another one, with the truncation of that one.
    func adoptingTruncation(of plain: Waveform) -> Waveform {
        guard cuts?.count != count, var known = plain.cuts else { return self }
        known.adopt(count: count, rate: rate)
        var wave = self
        wave.cuts = known
        return wave
    }
}
