import Training
import Lab
import Testing

@Suite struct EpochMetricsTests {
    @Test func valuesAreFoundByName() {
        let metrics = EpochMetrics(epoch: 3, values: [("train.loss", 0.5), ("validation.loss", 0.75)])
        #expect(metrics["validation.loss"] == 0.75)
        #expect(metrics["test.loss"] == nil)
    }
}
