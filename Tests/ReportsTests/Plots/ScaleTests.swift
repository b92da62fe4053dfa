import Reports
import Autograd
import Testing

@Suite struct ScaleTests {
    private func labels(_ values: [Double], _ kind: Scale.Kind = .linear, whole: Bool = false) -> [String] {
        Scale(values, kind: kind, from: 0, to: 100, whole: whole).ticks.map(\.label)
    }

    @Test func ticksAreRoundNumbers() {
        #expect(labels([0, 1]) == ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"])
        #expect(labels([0.03, 0.97]) == ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"])
        #expect(labels([-3, 12]) == ["−5", "0", "5", "10", "15"])
        #expect(labels([0, 2], whole: true) == ["0", "1", "2"])
        #expect(labels([0, 5e9]) == ["0", "1e9", "2e9", "3e9", "4e9", "5e9"])
        #expect(labels([0, 4e-6]) == ["0", "1e−6", "2e−6", "3e−6", "4e−6"])
        #expect(labels([0.02, 700], .logarithmic) == ["0.01", "0.1", "1", "10", "100", "1000"])
        #expect(labels([2, 9], .logarithmic) == ["1", "2", "5", "10"])
        let shares = Scale([0, 0.5], from: 0, to: 100, labels: .percent).ticks.map(\.label)
        #expect(shares == ["0%", "10%", "20%", "30%", "40%", "50%"])
        let small = Scale([0.911, 0.914], from: 0, to: 100, labels: .percent).ticks.map(\.label)
        #expect(small.first == "91.10%" && small.last == "91.40%")
    }

    @Test func placesGoFromEndToEnd() {
        let scale = Scale([0, 10], from: 200, to: 100)
        #expect(scale.place(0) == 200 && scale.place(10) == 100 && scale.place(2.5) == 175)
        #expect(scale.place(.nan) == nil && scale.place(.infinity) == nil)
        let factors = Scale([1, 100], kind: .logarithmic, from: 0, to: 100)
        #expect(factors.place(10) == 50 && factors.place(0) == nil && factors.place(-1) == nil)
    }

    @Test func anExactScaleEndsAtItsNumbers() {
        let scale = Scale([1, 97], from: 0, to: 96, exact: true)
        #expect(scale.place(1) == 0 && scale.place(97) == 96)
        #expect(scale.ticks.allSatisfy { $0.value >= 1 && $0.value <= 97 })
    }

    @Test func everyRangeHasTicksThatDiffer() {
        let generator = RandomGenerator(seed: 3)
        for _ in 0..<2000 {
            let size = 10.0.power(Int(generator.next() % 560) - 280)
            let low = (Double(generator.next() % 2001) - 1000) * size
            let high = low + Double(generator.next() % 1000) * size / 1000
            for kind in [Scale.Kind.linear, .logarithmic] {
                let scale = Scale([low, high], kind: kind, from: 0, to: 100)
                let labels = scale.ticks.map(\.label)
                #expect((1...20).contains(labels.count), "\(low) to \(high): \(labels)")
                #expect(Set(labels).count == labels.count, "\(low) to \(high): \(labels)")
                #expect(scale.ticks.allSatisfy { scale.place($0.value) != nil })
                for value in [low, high] where Scale.isDrawn(value, kind) {
                    let place = scale.place(value) ?? .nan
                    #expect(place >= -0.01 && place <= 100.01, "\(low) to \(high): \(value) at \(place)")
                }
            }
        }
    }
}

extension Double {
    fileprivate func power(_ exponent: Int) -> Double {
        (0..<abs(exponent)).reduce(1) { result, _ in exponent < 0 ? result / self : result * self }
    }
}
