import Autograd
import AutogradTesting
import Testing

@Suite struct ClosenessTests {
    private static func tensor(_ values: Real...) -> Tensor { Tensor(values, shape: [values.count]) }

    @Test func closeTensors() {
        let expected = Self.tensor(1, -2, 0)
        #expect(difference(Self.tensor(1, -2, 0), expected) == nil)
        #expect(difference(Self.tensor(1.001, -2.001, 0), expected, relative: 2e-3) == nil)
        #expect(difference(Self.tensor(1, -2, 0.01), expected, absolute: 0.02) == nil)
    }

    @Test func worstElementIsReported() {
        let found = Tensor([1, 2, 3, 4, 5.5, 6.1], shape: [2, 3])
        let text = difference(found, Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3]), relative: 0, absolute: 0.01)
        #expect(
            text?.hasPrefix(
                "2 of 6 elements differ; worst at [1, 1]: found 5.5, expected 5.0, difference 0.5") == true)
        #expect(text?.contains("(allowed 0.01)") == true)
    }

    @Test func relativeToleranceUsesExpectedValue() {
        #expect(difference(Self.tensor(110), Self.tensor(100), relative: 0.095) != nil)
        #expect(difference(Self.tensor(100), Self.tensor(110), relative: 0.095) == nil)
        #expect(difference(Self.tensor(1e-20), Self.tensor(0), relative: 1) != nil)
    }

    @Test func shapesDiffer() {
        #expect(
            difference(.zeros([2, 3]), .zeros([3, 2])) == "shapes differ: found [2, 3], expected [3, 2]")
        #expect(difference(.zeros([0]), .zeros([0])) == nil)
        #expect(Closeness().difference([1], [1, 2]) == "counts differ: found 1, expected 2")
    }

    @Test func nanIsCloseToNothing() {
        let (nan, one) = (Self.tensor(.nan), Self.tensor(1))
        for (found, expected) in [(nan, one), (one, nan), (nan, nan)] {
            #expect(Closeness(absolute: .infinity).difference(found, expected)?.contains("1 of 1") == true)
        }
        #expect(Closeness(nanIsEqual: true).difference(nan, nan) == nil)
        #expect(Closeness(nanIsEqual: true).difference(nan, one) != nil)
    }

    @Test func infinities() {
        let (plus, minus) = (Self.tensor(.infinity), Self.tensor(-.infinity))
        #expect(difference(plus, plus) == nil)
        #expect(difference(plus, minus) != nil)
        #expect(difference(Self.tensor(1e30), plus, relative: 1) != nil)
        #expect(difference(plus, Self.tensor(1e30), relative: 1) != nil)
    }

    @Test func exact() {
        #expect(Closeness.exact.difference(Self.tensor(0.0), Self.tensor(-0.0)) == nil)
        #expect(Closeness.exact.difference(Self.tensor(Real(1).nextUp), Self.tensor(1)) != nil)
    }
}
