import Autograd
import Layers
import Testing

/// A training step in one call.
@Suite struct TrainingStepTests {
    private struct ConfigurationIssue {
        let model: Dense
        let x = Tensor([1, 2, 3, 4], shape: [2, 2])

        init(l2: Double = 0) {
            var spec = Dense.Spec(1)
            spec.l2 = l2
            model = Dense(spec, inputs: 2, RandomGenerator(seed: 1))
        }

        var loss: Tensor { model(x).square().mean() }
        func optimizer(_ rate: Double = 0.1) -> Optimizer {
            Optimizer(SGD(learningRate: rate), model.namedParameters)
        }
    }

    @Test func penaltiesArePartOfTheStep() throws {
        let (one, two) = (ConfigurationIssue(l2: 0.5), ConfigurationIssue(l2: 0.5))
        one.optimizer().step(one.loss, of: one.model)
        let penalty = try #require(two.model.penalty())
        two.optimizer().step((two.loss + penalty).backward())
        #expect(one.model.weight.value.array == two.model.weight.value.array)
    }

    @Test func aScheduleOfStepsAdvances() {
        let problem = ConfigurationIssue()
        let optimizer = problem.optimizer()
        var schedule = StepSchedule(stepSize: 2, factor: 0.5)
        schedule.per = .step
        optimizer.attach(schedule, epochs: 2, stepsPerEpoch: 3)
        let rates = (0..<6).map { _ in
            defer { optimizer.step(problem.loss, of: problem.model) }
            return optimizer.learningRate
        }
        #expect(rates == [0.1, 0.1, 0.05, 0.05, 0.025, 0.025])
    }

    /// Whether or not the loop ends its epochs.
    @Test(arguments: [false, true]) func aScheduleOfEpochsAdvances(_ endsEpochs: Bool) {
        let problem = ConfigurationIssue()
        let optimizer = problem.optimizer()
        optimizer.attach(StepSchedule(stepSize: 1, factor: 0.5), epochs: 3, stepsPerEpoch: 2)
        var rates: [Double] = []
        for _ in 0..<3 {
            for _ in 0..<2 {
                optimizer.step(problem.loss, of: problem.model)
                rates.append(optimizer.learningRate)
            }
            if endsEpochs { optimizer.endEpoch() }
        }
        #expect(rates == [0.1, 0.1, 0.05, 0.05, 0.025, 0.025])
    }

    @Test func aPlateauFollowsTheMetric() {
        let problem = ConfigurationIssue()
        let optimizer = problem.optimizer()
        optimizer.attach(PlateauSchedule(factor: 0.5, patience: 1), epochs: 3, stepsPerEpoch: 1)
        for value in [1.0, 2, 3] {
            optimizer.step(problem.loss, of: problem.model)
            optimizer.endEpoch(metric: value)
        }
        #expect(optimizer.learningRate == 0.025)
        let resumed = problem.optimizer()
        resumed.attach(PlateauSchedule(factor: 0.5, patience: 1), epochs: 3, stepsPerEpoch: 1)
        resumed.scheduleState = optimizer.scheduleState
        #expect(resumed.learningRate == 0.025)
    }

    @Test func gradientsThatAreNotFiniteChangeNothing() {
        let problem = ConfigurationIssue()
        let before = problem.model.weight.value.array
        let norm = problem.optimizer().step(problem.loss * .infinity, of: problem.model)
        #expect(!norm.isFinite)
        #expect(problem.model.weight.value.array == before)
    }
}
