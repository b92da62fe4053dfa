import Lab
import Layers
import Metrics
import Testing

@Suite struct FigureDirectionTests {
    /// Every figure that an epoch may have is known as one that should be high or low: a new one has to be sorted in here.
    @Test(arguments: Metric.allCases) func figuresOfValidation(_ figure: Metric) {
        let direction: FigureMode =
            switch figure {
            case .logLoss, .brier, .calibrationError: .min
            case .accuracy, .uar, .macroF1, .weightedF1, .macroPrecision, .kappa, .matthews, .top2, .top3,
                .auc:
                .max
            }
        #expect(FigureMode(of: "validation_" + figure.rawValue) == direction)
    }
}
