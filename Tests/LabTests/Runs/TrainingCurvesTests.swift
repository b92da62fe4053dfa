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

    /// The axes are in percent where the tables are.
    @Test func proportionsAreInPercent() {
        let values: [(name: String, value: Double)] = [
            ("validation_arousal.accuracy", 0.5), ("validation_label_macro_f1", 0.5), ("validation_auc", 0.5),
            ("validation_ccc", 0.5), ("validation_quadratic_kappa", 0.5),
        ]
        let charts = LineChart.curves(of: [EpochMetrics(epoch: 1, values: values)])
        #expect(charts.map(\.isProportion) == [true, true, true, false, false])
    }
}
