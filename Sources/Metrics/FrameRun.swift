/// Consecutive frames of an example with the same true and the same predicted class.
public struct FrameRun: Sendable, Equatable {
    /// The first and the last moment in seconds.
    public var start, end: Double
    /// The number of frames.
    public var frames: Int
    /// The true class; nil for frames without a label, which no metric counts.
    public var truth: Int?
    /// The predicted class.
    public var prediction: Int
    /// The probability of each class, averaged over the frames.
    public var probabilities: [Double]

    /// Creates a run.
    public init(
        start: Double, end: Double, frames: Int, truth: Int?, prediction: Int, probabilities: [Double]
    ) {
        (self.start, self.end, self.frames) = (start, end, frames)
        (self.truth, self.prediction, self.probabilities) = (truth, prediction, probabilities)
    }
}

/// A stretch of an example with one class.
public struct ClassSegment: Sendable, Equatable {
    /// The first and the last moment in seconds.
    public var start, end: Double
    /// The class.
    public var label: Int
    /// The probability of the class, averaged over the frames.
    public var probability: Double

    /// Creates a segment.
    public init(start: Double, end: Double, label: Int, probability: Double = 1) {
        (self.start, self.end, self.label, self.probability) = (start, end, label, probability)
    }
}

/// The largest difference of boundaries in seconds between segments that match.
private let collar = 0.2 + 1e-9

extension [FrameRun] {
    /// Joins frames into runs.
    ///
    /// - Parameters:
    ///   - truths: The true class of each frame; nil without a label.
    ///   - probabilities: The probabilities of the classes for each frame.
    ///   - edges: The moments between the frames in seconds, one more than there are frames.
    public init(truths: [Int?], probabilities: [[Double]], edges: [Double]) {
        self.init()
        for (frame, row) in probabilities.enumerated() {
            let prediction = row.indices.max { row[$0] < row[$1] || row[$0] == row[$1] && $0 > $1 } ?? 0
            if let last, last.truth == truths[frame], last.prediction == prediction {
                self[count - 1].frames += 1
                self[count - 1].end = edges[frame + 1]
                for label in row.indices { self[count - 1].probabilities[label] += row[label] }
            } else {
                append(
                    FrameRun(
                        start: edges[frame], end: edges[frame + 1], frames: 1, truth: truths[frame],
                        prediction: prediction, probabilities: row))
            }
        }
        for index in indices {
            for label in self[index].probabilities.indices {
                self[index].probabilities[label] /= Double(self[index].frames)
            }
        }
    }

    /// The predicted segments: neighboring runs with the same predicted class.
    public var predictedSegments: [ClassSegment] { segments { $0.prediction } }

    /// The true segments: neighboring runs with the same true class.
    public var trueSegments: [ClassSegment] { segments { $0.truth } }

    private func segments(_ label: (FrameRun) -> Int?) -> [ClassSegment] {
        var found: [ClassSegment] = []
        var frames = 0
        var isOpen = false
        for run in self {
            guard let own = label(run) else {
                isOpen = false
                continue
            }
            let probability = run.probabilities.indices.contains(own) ? run.probabilities[own] : .nan
            if isOpen, let last = found.last, last.label == own, run.start < last.end + 1e-6 {
                let sum = last.probability * Double(frames) + probability * Double(run.frames)
                frames += run.frames
                found[found.count - 1].probability = sum / Double(frames)
                found[found.count - 1].end = run.end
            } else {
                found.append(
                    ClassSegment(start: run.start, end: run.end, label: own, probability: probability))
                frames = run.frames
            }
            isOpen = true
        }
        return found
    }

    /// The number of true segments that a predicted segment of the same class matches, and the numbers of both in labeled frames: the boundaries may differ by 200
    /// ms, and the end by half of the true duration if that is more, as in the event-based F-score of Mesaros et al. (2016).
    var matches: (matched: Int, predicted: Int, wanted: Int) {
        let (predicted, wanted) = (filter { $0.truth != nil }.predictedSegments, trueSegments)
        var isTaken = Array<Bool>(repeating: false, count: predicted.count)
        var matched = 0
        var first = 0
        for truth in wanted {
            while first < predicted.count, predicted[first].start < truth.start - collar { first += 1 }
            var place = first
            while place < predicted.count, predicted[place].start <= truth.start + collar {
                let end = Swift.max(collar, (truth.end - truth.start) / 2 + 1e-9)
                if !isTaken[place], predicted[place].label == truth.label,
                    abs(predicted[place].end - truth.end) <= end
                {
                    isTaken[place] = true
                    matched += 1
                    break
                }
                place += 1
            }
        }
        return (matched, predicted.count, wanted.count)
    }

}

extension Predictions {
    /// Appends an example of a classification of frames.
    public mutating func append(_ id: String, speaker: String? = nil, frames runs: [FrameRun]) {
        ids.append(id)
        speakers.append(speaker)
        frames.append(runs)
    }

    /// The numbers of labeled frames of examples by true and predicted class: the cells of a confusion matrix, row by row.
    func frameCounts(at places: some Sequence<Int>) -> [Int] {
        var counts = Array(repeating: 0, count: classes.count * classes.count)
        for place in places {
            for run in frames[place] {
                guard let truth = run.truth else { continue }
                counts[truth * classes.count + run.prediction] += run.frames
            }
        }
        return counts
    }
}
