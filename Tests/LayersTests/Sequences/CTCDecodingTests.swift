import Autograd
import Foundation
import Layers
import Testing

@Suite struct CTCDecodingTests {
    private let logits = Tensor(shape: [5, 3]) { p in
        for step in 0..<5 {
            for c in 0..<3 { p[step * 3 + c] = Real(1.5 * sin(0.7 * Double(step) + 2.1 * Double(c))) }
        }
    }

    private func oneHot(_ path: [Int], classes: Int = 4) -> Tensor {
        Tensor(shape: [path.count, classes]) { p in
            for step in path.indices {
                for c in 0..<classes { p[step * classes + c] = path[step] == c ? 5 : 0 }
            }
        }
    }

    @Test func greedyMergesRepetitions() {
        #expect(CTCDecoding.greedy(oneHot([0, 1, 1, 0, 1, 2, 2, 0])) == [1, 1, 2])
        #expect(CTCDecoding.greedy(oneHot([3, 3, 0, 0, 3]), steps: 2) == [3])
        #expect(CTCDecoding.greedy(oneHot([0, 0])) == [])
        #expect(CTCDecoding.greedy(oneHot([0, 3, 1]), blank: 3) == [0, 1])
        #expect(CTCDecoding.greedy(logits) == [1, 2])
    }

    /// The probabilities of label sequences, summed over all of the 3^5 alignments by a script.
    @Test func beamSearchSumsAlignments() {
        let expected: [([Int], Double)] = [
            ([1, 2], -0.7466738377151567), ([1], -1.6563077684434717), ([2], -2.5860133443708966),
            ([1, 1], -2.9250124325500586), ([1, 1, 2], -2.956548654884742), ([1, 2, 2], -3.100871620914007),
        ]
        let found = CTCDecoding.beam(logits, width: 1000)
        for (index, (labels, score)) in expected.enumerated() {
            #expect(found[index].labels == labels)
            #expect(abs(found[index].logProbability - score) < 1e-5)
        }
        let total = found.reduce(0) { $0 + exp($1.logProbability) }
        #expect(abs(total - 1) < 1e-5)
        #expect(CTCDecoding.beam(logits, width: 3).map(\.labels).first == [1, 2])
    }

    /// The best alignment may belong to other labels than the best sum.
    @Test func beamSearchBeatsGreedy() {
        let p: [Double] = [0.6, 0.4, 0.6, 0.4]
        let logits = Tensor(p.map { Real(log($0)) }, shape: [2, 2])
        #expect(CTCDecoding.greedy(logits) == [])
        let best = CTCDecoding.beam(logits)[0]
        #expect(best.labels == [1] && abs(exp(best.logProbability) - 0.64) < 1e-5)
    }

    @Test func agreesWithTheLoss() {
        let found = CTCDecoding.beam(logits, width: 1000)
        for result in found.prefix(8) {
            let loss = ctcLoss(logits.reshaped([1, 5, 3]), targets: [result.labels]).array[0]
            #expect(abs(Double(loss) + result.logProbability) < 1e-4)
        }
    }
}
