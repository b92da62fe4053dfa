import Autograd
import SpeechEmotion
import Testing

@Suite struct ClassSamplingTests {
    /// 5, 0, 12 and 7 examples of four classes.
    let labels: [Int] = {
        let sorted = [0, 0, 0, 0, 0] + [Int](repeating: 2, count: 12) + [Int](repeating: 3, count: 7)
        return RandomGenerator(seed: 2).permutation(sorted.count).map { sorted[$0] }
    }()

    func counts(_ numbers: [Int]) -> [Int] {
        numbers.reduce(into: [0, 0, 0, 0]) { $0[labels[$1]] += 1 }
    }

    @Test func sizes() {
        #expect(ClassSampling(.all).draw(labels) == Array(labels.indices))
        #expect(counts(ClassSampling(.undersample).draw(labels)) == [5, 0, 5, 5])
        #expect(counts(ClassSampling(.oversample).draw(labels)) == [12, 0, 12, 12])
        #expect(ClassSampling(.oversample).draw([]) == [])
        #expect(ClassSampling(.weights).draw(labels) == Array(labels.indices))
    }

    @Test func noClassHasMoreThanAllowed() {
        #expect(counts(ClassSampling(.all, maxPerClass: 6).draw(labels)) == [5, 0, 6, 6])
        #expect(counts(ClassSampling(.weights, maxPerClass: 6).draw(labels)) == [5, 0, 6, 6])
        #expect(counts(ClassSampling(.oversample, maxPerClass: 8).draw(labels)) == [8, 0, 8, 8])
        #expect(counts(ClassSampling(.undersample, maxPerClass: 3).draw(labels)) == [3, 0, 3, 3])
        let drawn = ClassSampling(.all, maxPerClass: 6).draw(labels)
        #expect(Set(drawn).count == drawn.count)
    }

    @Test func nothingIsLostOrRepeatedWithoutNeed() {
        let down = ClassSampling(.undersample, seed: 4).draw(labels)
        #expect(Set(down).count == down.count)
        let up = ClassSampling(.oversample, seed: 4).draw(labels)
        #expect(Set(up) == Set(labels.indices))
        for number in labels.indices {
            let times = up.count { $0 == number }
            #expect([1: 0...0, 0: 2...3, 2: 1...1, 3: 1...2][labels[number]]?.contains(times) == true)
        }
    }

    @Test func seedsMatterAndNothingElse() {
        let draws = (0..<5).map { ClassSampling(.undersample, seed: $0).draw(labels) }
        #expect(Set(draws).count > 1)
        #expect(draws[3] == ClassSampling(.undersample, seed: 3).draw(labels))
        #expect(draws[3] == draws[3].sorted())
    }
}
