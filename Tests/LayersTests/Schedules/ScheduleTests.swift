import Training
import Configuration
import Layers
import Metrics
import Testing

struct ScheduleConfig: Options {
    var schedule = AnySchedule(ConstantSchedule())
    static let fields: [Field<Self>] = [.init("schedule", \.schedule, "", .required)]

    static func schedule(_ json: JSONValue) throws -> any ScheduleSpec {
        try decode(["schedule": json]).schedule.value
    }
}

@Suite struct ScheduleTests {
    private func rates(_ config: JSONValue, _ count: Int, base: Double = 0.1, metrics: [Double]? = nil) throws
        -> [Double]
    {
        var schedule = Schedule(try ScheduleConfig.schedule(config), base: base, total: count)
        return (0..<count).map { period in
            defer { schedule.advance(metric: metrics?[period]) }
            return schedule.rate
        }
    }

    private func expectClose(_ found: [Double], _ expected: [Double]) {
        #expect(found.count == expected.count)
        for (at, (a, b)) in zip(found, expected).enumerated() {
            #expect(abs(a - b) <= 1e-6 * b, "period \(at): found \(a), expected \(b)")
        }
    }

    // What PyTorch's OneCycleLR and CosineAnnealingWarmRestarts give.

    @Test func oneCycle() throws {
        expectClose(
            try rates(["type": "one_cycle"], 10),
            [0.004, 0.052, 0.1, 0.09504846, 0.08117457, 0.0611262, 0.0388742, 0.01882583, 0.004951937, 4e-07])
        expectClose(
            try rates(
                [
                    "type": "one_cycle", "pct_start": 0.4, "anneal_strategy": "linear", "div_factor": 10,
                    "final_div_factor": 100,
                ], 10),
            [0.01, 0.04, 0.07, 0.1, 0.08335, 0.0667, 0.05005, 0.0334, 0.01675, 0.0001])
    }

    /// What comes after a rise begins to count there: its rate, and the metrics that it follows.
    @Test func aRiseInARise() throws {
        let inner: JSONValue = ["type": "warmup", "periods": 2, "then": ["type": "constant"]]
        expectClose(
            try rates(["type": "warmup", "periods": 2, "then": inner], 5), [0.05, 0.1, 0.05, 0.1, 0.1])
        let plateau: JSONValue = ["type": "plateau", "factor": 0.5, "patience": 1, "mode": "min"]
        let following: JSONValue = ["type": "warmup", "periods": 2, "then": plateau]
        let nested: JSONValue = ["type": "warmup", "periods": 2, "then": following]
        // Metrics of both rises do not count: the best is that of period 4.
        expectClose(
            try rates(nested, 7, metrics: [1, 1, 1, 1, 9, 9, 9]), [0.05, 0.1, 0.05, 0.1, 0.1, 0.1, 0.05])
    }

    /// Without a word of its own a rise counts what the schedule after it counts.
    @Test func aRiseCountsAsWhatFollows() throws {
        let cycle = try ScheduleConfig.schedule([
            "type": "warmup", "periods": 3, "then": ["type": "one_cycle"],
        ])
        #expect(cycle.per == .step)
        #expect(try ScheduleConfig.schedule(["type": "warmup", "periods": 3]).per == .epoch)
        #expect(
            try ScheduleConfig.schedule(["type": "warmup", "periods": 3, "per": "step"]).per == .step)
    }

    @Test func whatHasNoEffectIsRefused() throws {
        let refused: [(JSONValue, String)] = [
            (["type": "cosine", "total": 9, "restart_after": 3], "total"),
            (["type": "cosine", "restart_factor": 2], "restart_factor"),
            (["type": "warmup", "periods": 3, "per": "epoch", "then": ["type": "one_cycle"]], "per"),
        ]
        for (config, key) in refused {
            let error = #expect(throws: ConfigurationError.self) { try ScheduleConfig.schedule(config) }
            #expect(error?.problems.map { $0.path.description } == ["schedule." + key])
        }
    }

    @Test func tooLongARise() throws {
        let configs: [JSONValue] = [
            ["type": "cosine", "warmup": 5], ["type": "warmup", "periods": 5],
        ]
        for config in configs {
            let schedule = try ScheduleConfig.schedule(config)
            #expect(
                schedule.complaint(total: 5)?.message.contains("below the 5 epochs of training, found 5")
                    == true)
            #expect(schedule.complaint(total: 6) == nil)
        }
    }

    /// Neither many restarts nor ways down beyond any number take time or end the program.
    @Test func restartsOfAnyLength() {
        var schedule = CosineSchedule()
        var state = ScheduleState()
        state.period = 1_000_000_000_000_001
        schedule.restartAfter = 2
        #expect(abs(schedule.rate(1, state, total: 5) - 0.5) < 1e-12)
        schedule.restartFactor = .max
        #expect(abs(schedule.rate(1, state, total: 5) - 1) < 1e-3)
    }

    @Test func restarts() throws {
        expectClose(
            try rates(
                ["type": "cosine", "restart_after": 3, "restart_factor": 2, "min_learning_rate": 0.01], 12),
            [
                0.1, 0.0775, 0.0325, 0.1, 0.09397114, 0.0775, 0.055, 0.0325, 0.01602886, 0.1, 0.09846666,
                0.09397114,
            ])
    }

    @Test func cosineStaysAtItsMinimum() throws {
        let found = try rates(["type": "cosine", "total": 4, "min_learning_rate": 0.02], 7)
        expectClose(Array(found[4...]), [0.02, 0.02, 0.02])
    }

    @Test func warmUpComesBeforeAnotherSchedule() throws {
        expectClose(
            try rates(
                ["type": "warmup", "periods": 4, "then": ["type": "step", "step_size": 2, "factor": 0.5]], 9),
            [0.025, 0.05, 0.075, 0.1, 0.1, 0.1, 0.05, 0.05, 0.025])
        expectClose(
            try rates(["type": "warmup", "periods": 2, "from_zero": true, "per": "step"], 4),
            [0, 0.05, 0.1, 0.1])
    }

    @Test func plateauAfterAWarmUpCountsFromItsEnd() throws {
        let config: JSONValue = [
            "type": "warmup", "periods": 2, "then": ["type": "plateau", "patience": 2, "factor": 0.5],
        ]
        let spec = try ScheduleConfig.schedule(config)
        #expect(spec.monitor == "validation_loss")
        // 0.5 and 0.1 lie in the warm-up; 1 is the best one after it.
        expectClose(
            try rates(config, 7, metrics: [0.5, 0.1, 1, 1, 1, 1, 0]), [0.05, 0.1, 0.1, 0.1, 0.1, 0.05, 0.05])
    }

    @Test(arguments: [("keras", [0.1, 0.1, 0.1, 0.05, 0.05]), ("pytorch", [0.1, 0.1, 0.1, 0.1, 0.05])])
    func patienceIsCountedInBothWays(_ rule: String, _ expected: [Double]) throws {
        let config: JSONValue = [
            "type": "plateau", "patience": 2, "factor": 0.5, "rule": JSONValue(.text(rule)),
        ]
        expectClose(try rates(config, 5, metrics: [1, 1, 1, 1, 1]), expected)
    }

    @Test func metricsThatAreNaNAreNeverBest() throws {
        let config: JSONValue = ["type": "plateau", "patience": 1, "factor": 0.5]
        expectClose(try rates(config, 4, metrics: [.nan, .nan, 1, 1]), [0.1, 0.05, 0.025, 0.025])
        var state = EarlyStopping.State()
        let rule = EarlyStopping(monitor: "validation_accuracy", patience: 2)
        let verdicts = [Double.nan, 0.5, 0.4, .nan].map { rule.observe($0, &state) }
        #expect(verdicts == [.continue, .best, .continue, .stop])
        #expect(state.bestEpoch == 1)
    }

    @Test func earlyStoppingLeavesTheStartOut() {
        var rule = EarlyStopping(monitor: "validation_loss", patience: 1)
        rule.startFromEpoch = 2
        var state = EarlyStopping.State()
        #expect([0.1, 5, 3, 4].map { rule.observe($0, &state) } == [.continue, .continue, .best, .stop])
    }

    @Test(arguments: [
        ("validation_loss", MetricMode.min), ("validation_error", .min), ("validation_accuracy", .max),
        ("validation_macro_f1", .max), ("validation_recall", .max), ("validation_objective", .min),
        ("penalty", .min),
        ("gradient_norm", .min), ("validation_ece", .min), ("validation_brier", .min),
        ("validation_auc", .max),
    ])
    func modeByName(_ name: String, _ mode: MetricMode) { #expect(MetricMode(of: name) == mode) }

    @Test func stateIsExactInJSON() throws {
        var schedule = Schedule(PlateauSchedule(factor: 1 / 3.0, patience: 1), base: 0.1, total: 9)
        for metric in [0.1 + 0.2, 1, 1, 0.7, 1] { schedule.advance(metric: metric) }
        let state = try ScheduleState.decode(text: schedule.state.json)
        #expect(state == schedule.state)
        #expect(state.reduced?.bitPattern == schedule.rate.bitPattern)
        #expect(state.best == 0.1 + 0.2)
    }

    @Test(arguments: ScheduleKinds.kinds.map { $0.type })
    func roundTrip(_ type: String) throws {
        var config: JSONValue = ["type": JSONValue(.text(type))]
        let required: [String: JSONValue] = [
            "step_size": 3, "milestones": [2, 5], "factor": 0.5, "periods": 4,
        ]
        let fields = try #require(ScheduleKinds.kind(type)).init().encode()
        for (key, value) in required where fields[key] != nil { config[key] = value }
        let spec = try ScheduleConfig.schedule(config)
        #expect(try ScheduleConfig.schedule(spec.encode()).encode().line == spec.encode().line)
        for (key, value) in required where fields[key] != nil {
            #expect(spec.encode()[key]?.line == value.line)
        }
    }

    @Test(arguments: [
        (
            #"{"type": "step"}"#,
            "1:14: schedule.step_size: missing; expected an integer of at least 1"
        ),
        (
            #"{"type": "cosine", "total": 5, "warmup": 5}"#,
            "1:55: schedule.warmup: must be below \"total\", which is 5, found 5"
        ),
        (
            #"{"type": "warmup", "periods": 3, "per": "step", "then": {"type": "plateau"}}"#,
            #"1:54: schedule.per: is "step", but the schedule after the warmup counts by "epoch"; both must be equal"#
        ),
        (
            #"{"type": "plateau", "factor": 1}"#,
            "1:44: schedule.factor: expected a number above 0 and below 1, found 1"
        ),
    ])
    func mistakes(_ schedule: String, _ message: String) {
        let error = #expect(throws: ConfigurationError.self) {
            _ = try ScheduleConfig.decode(text: #"{"schedule": \#(schedule)}"#, source: "a.json")
        }
        #expect(error?.description == "a.json:" + message)
    }
}
