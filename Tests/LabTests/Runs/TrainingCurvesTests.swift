import Lab
import Reports
import Testing
import Training

@Suite struct TrainingCurvesTests {
    @Test func curvesOfEpochsGoTogether() {
        let epochs = (1...3).map { epoch in
            EpochMetrics(
                epoch: epoch,
                values: [
                    ("train_loss", 1), ("train_accuracy", 0.5), ("validation_loss", 2),
                    ("learning_rate", 0.1),
                    ("strange", .nan),
                ])
        }
        let charts = LineChart.curves(of: epochs, best: 2)
        #expect(charts.map(\.title) == ["Loss", "Accuracy", "Learning rate"])
        #expect(charts[0].series.map(\.name) == ["training", "validation"])
        #expect(charts.map(\.isProportion) == [false, true, false])
        #expect(charts[0].mark?.x == 2)
        #expect(LineChart.curves(of: []).isEmpty)
    }
}
