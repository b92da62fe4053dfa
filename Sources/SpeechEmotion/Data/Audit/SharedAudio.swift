/// Which clips share audio, and how much of it.
///
/// Two clips that both overlap with a third one do not necessarily overlap with each other: each clip has its place in the recording
/// that its duplicates link it to.
package struct SharedAudio {
    private struct Place {
        let recording: Int
        let start: Double
        let end: Double
    }

    private var places: [String: Place] = [:]
    /// Equal for clips whose samples are identical.
    private var originals: [String: String] = [:]
    private var pairs: [String: [DuplicatePair]] = [:]
    private let durations: [String: Double]
    /// The overlap in seconds from which two clips share audio.
    private static let overlapNeeded = 0.25

    /// - Parameter durations: The durations of the clips in seconds. Clips without one are as long as their recording.
    package init(_ copies: [DuplicatePair], durations: [String: Double]) {
        self.durations = durations
        for copy in copies {
            pairs[copy.first, default: []].append(copy)
            pairs[copy.second, default: []].append(copy)
        }
        var count = 0
        for id in pairs.keys.sortedByBytes() where places[id] == nil {
            place(id, in: count)
            count += 1
        }
        // A pair of identical clips begins with the first of them.
        for copy in copies where copy.kind == .samples {
            let original = originals[copy.first] ?? copy.first
            (originals[copy.first], originals[copy.second]) = (original, original)
        }
    }

    var isEmpty: Bool { places.isEmpty }

    /// The number of the recording of a clip; nil if it has no duplicate.
    func recording(of id: String) -> Int? { places[id]?.recording }

    /// Whether two clips share audio.
    package func isShared(_ a: String, _ b: String) -> Bool {
        pair(a, b) != nil || areEqual(a, b) || overlap(a, b) >= Self.overlapNeeded
    }

    /// The two clips and what they share.
    package func description(_ a: String, _ b: String) -> String {
        guard !areEqual(a, b) else { return "\(a) and \(b): identical samples" }
        let overlap = overlap(a, b)
        let length = overlap.isFinite ? ", \(tenths(overlap)) s in common" : ""
        return "\(a) and \(b): the same recording\(length)"
            + (pair(a, b).map { ", correlation \(hundredths($0.likeness))" } ?? "")
    }

    private func pair(_ a: String, _ b: String) -> DuplicatePair? {
        pairs[a]?.first { $0.first == b || $0.second == b }
    }

    private func areEqual(_ a: String, _ b: String) -> Bool {
        pair(a, b)?.kind == .samples || originals[a].map { $0 == originals[b] } == true
    }

    /// The seconds of audio that two clips share; infinite if their durations are unknown.
    private func overlap(_ a: String, _ b: String) -> Double {
        if let pair = pair(a, b) {
            guard let first = durations[pair.first], let second = durations[pair.second] else {
                return .infinity
            }
            return min(first, pair.shift + second) - max(0, pair.shift)
        }
        guard let a = places[a], let b = places[b], a.recording == b.recording else { return 0 }
        return min(a.end, b.end) - max(a.start, b.start)
    }

    /// Places all clips that are linked to a clip.
    private mutating func place(_ first: String, in recording: Int) {
        func add(_ id: String, at start: Double) {
            let end = durations[id].map { start + $0 }
            places[id] = Place(
                recording: recording, start: end == nil ? -.infinity : start, end: end ?? .infinity)
        }
        var open = [(id: first, start: 0.0)]
        add(first, at: 0)
        while let next = open.popLast() {
            for pair in pairs[next.id] ?? [] {
                let isFirst = pair.first == next.id
                let other = isFirst ? pair.second : pair.first
                guard places[other] == nil else { continue }
                let start = next.start + (isFirst ? pair.shift : -pair.shift)
                add(other, at: start)
                open.append((other, start))
            }
        }
    }

    private func tenths(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }

    private func hundredths(_ value: Double) -> String {
        let hundredths = Int((value * 100).rounded(.down))
        return hundredths >= 100 ? "1.00" : "0.\(hundredths < 10 ? "0" : "")\(hundredths)"
    }
}
