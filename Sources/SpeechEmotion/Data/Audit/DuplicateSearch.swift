import Autograd

/// Finds clips of the same recording: exact duplicates by their samples, others by their fingerprints, each confirmed
/// by the correlation of the waveforms.
struct DuplicateSearch {
    let clips: [Clip]
    let prints: [AudioFingerprint?]

    /// The number of common codes at one shift (two neighboring ones together) from which two clips are compared in
    /// detail.
    private static let votesNeeded = 4
    /// The number of loud frames that must overlap, 0.4 s with their length.
    private static let overlapNeeded = 10
    /// The maximum bit error rate; different recordings have 0.40 or more, repetitions 0.21 or more.
    private static let bitsAllowed = 0.35
    /// The minimum correlation of a duplicate. Repetitions of one sentence reach 0.31, duplicates 0.95.
    private static let likenessNeeded = 0.6
    /// The maximum number of clips with the same code that a clip is compared with.
    private static let neighbors = 16

    /// Returns the duplicates.
    func run() -> [DuplicatePair] {
        var copies: [DuplicatePair] = []
        var first: [SampleHash: Int] = [:]
        var unique: [Int] = []
        for (index, print) in prints.enumerated() {
            guard let print, !print.isSilent else { continue }
            if let original = first[print.samples] {
                copies.append(
                    DuplicatePair(
                        first: clips[original].id, second: clips[index].id, kind: .samples, shift: 0,
                        likeness: 1))
            } else {
                first[print.samples] = index
                unique.append(index)
            }
        }
        let candidates = candidates(unique)
        copies += parallelMap(candidates.count) { confirm(candidates[$0]) }.compactMap(\.self)
        let places = Dictionary(clips.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { a, _ in a })
        func rank(_ copy: DuplicatePair) -> (Int, Int) { (places[copy.first] ?? 0, places[copy.second] ?? 0) }
        return copies.sorted { rank($0) < rank($1) }
    }

    private struct Candidate {
        var first: Int
        var second: Int
        /// The offset of the second clip in frames.
        var shift: Int
    }

    /// Pairs with common codes, each at its most frequent shift. Without duplicates there are almost none.
    private func candidates(_ clips: [Int]) -> [Candidate] {
        struct Entry {
            let code: UInt32
            let clip: Int32
            let frame: Int32
        }
        var entries: [Entry] = []
        for clip in clips {
            guard let print = prints[clip] else { continue }
            for (frame, code) in print.codes.enumerated() where print.isLoud[frame] {
                entries.append(Entry(code: code, clip: Int32(clip), frame: Int32(frame)))
            }
        }
        entries.sort { ($0.code, $0.clip, $0.frame) < ($1.code, $1.clip, $1.frame) }
        struct Vote: Hashable {
            let first: Int32
            let second: Int32
            let shift: Int32
        }
        var votes: [Vote: Int] = [:]
        var start = 0
        while start < entries.count {
            var end = start + 1
            while end < entries.count, entries[end].code == entries[start].code { end += 1 }
            for a in start..<end {
                for b in a + 1..<max(a + 1, min(end, a + 1 + Self.neighbors))
                where entries[a].clip != entries[b].clip {
                    let vote = Vote(
                        first: entries[a].clip, second: entries[b].clip,
                        shift: entries[a].frame - entries[b].frame)
                    votes[vote, default: 0] += 1
                }
            }
            start = end
        }
        var best: [[Int32]: (count: Int, shift: Int32)] = [:]
        for (vote, count) in votes {
            let next = Vote(first: vote.first, second: vote.second, shift: vote.shift + 1)
            let sum = count + votes[next, default: 0]
            guard sum >= Self.votesNeeded else { continue }
            let pair = [vote.first, vote.second]
            let old = best[pair] ?? (0, 0)
            // Of equal counts the lowest shift, whatever the order of the dictionary.
            if sum > old.count || sum == old.count && vote.shift < old.shift {
                best[pair] = (sum, vote.shift)
            }
        }
        return best.map { Candidate(first: Int($0[0]), second: Int($0[1]), shift: Int($1.shift)) }
            .sorted { ($0.first, $0.second) < ($1.first, $1.second) }
    }

    private func confirm(_ candidate: Candidate) -> DuplicatePair? {
        guard let a = prints[candidate.first], let b = prints[candidate.second] else { return nil }
        let shifts = (candidate.shift - 1...candidate.shift + 2)
        let rates = shifts.map { (shift: $0, rate: Self.bitErrors(a, b, $0)) }
        guard let best = rates.min(by: { $0.rate < $1.rate }), best.rate <= Self.bitsAllowed else {
            return nil
        }
        guard let first = try? clips[candidate.first].wave(rate: AudioFingerprint.rate),
            let second = try? clips[candidate.second].wave(rate: AudioFingerprint.rate)
        else { return nil }
        let (likeness, lag) = Self.correlation(
            first.samples, second.samples, near: best.shift * AudioFingerprint.hop,
            within: AudioFingerprint.hop + 32)
        guard likeness >= Self.likenessNeeded else { return nil }
        return DuplicatePair(
            first: clips[candidate.first].id, second: clips[candidate.second].id, kind: .recording,
            shift: Double(lag) / Double(AudioFingerprint.rate), likeness: likeness)
    }

    /// The bit error rate of loud frames; 1 if too few frames overlap.
    private static func bitErrors(_ a: AudioFingerprint, _ b: AudioFingerprint, _ shift: Int) -> Double {
        var (frames, errors) = (0, 0)
        for frame in max(0, shift)..<max(max(0, shift), min(a.codes.count, b.codes.count + shift))
        where a.isLoud[frame] && b.isLoud[frame - shift] {
            frames += 1
            errors += (a.codes[frame] ^ b.codes[frame - shift]).nonzeroBitCount
        }
        return frames < overlapNeeded ? 1 : Double(errors) / Double(32 * frames)
    }

    /// The maximum absolute correlation of the overlap of two waveforms, and the lag of the second.
    static func correlation(
        _ a: [Float], _ b: [Float], near centre: Int, within reach: Int
    ) -> (likeness: Double, lag: Int) {
        var best = (likeness: 0.0, lag: centre)
        a.withUnsafeBufferPointer { a in
            b.withUnsafeBufferPointer { b in
                for lag in centre - reach...centre + reach {
                    let start = max(0, lag)
                    let count = min(a.count, b.count + lag) - start
                    guard count >= AudioFingerprint.rate / 4 else { continue }
                    let x = UnsafeBufferPointer(rebasing: a[start..<start + count])
                    let y = UnsafeBufferPointer(rebasing: b[start - lag..<start - lag + count])
                    let power = dot(x, x) * dot(y, y)
                    guard power > 0 else { continue }
                    let likeness = abs(dot(x, y)) / power.squareRoot()
                    if likeness > best.likeness { best = (likeness, lag) }
                }
            }
        }
        return best
    }

    /// The dot product, in eight partial sums.
    private static func dot(_ x: UnsafeBufferPointer<Float>, _ y: UnsafeBufferPointer<Float>) -> Double {
        var sums = SIMD8<Float>.zero
        var total = 0.0
        var at = 0
        while at + 8 <= x.count {
            let next = min(at + 4096, x.count / 8 * 8)
            sums = .zero
            while at < next {
                let a = UnsafeRawPointer(x.baseAddress! + at).loadUnaligned(as: SIMD8<Float>.self)
                let b = UnsafeRawPointer(y.baseAddress! + at).loadUnaligned(as: SIMD8<Float>.self)
                sums += a * b
                at += 8
            }
            total += Double(sums.sum())
        }
        while at < x.count {
            total += Double(x[at] * y[at])
            at += 1
        }
        return total
    }
}
