import Training
import Configuration
import Layers
import Testing

/// Learning rates and the end of training beside PyTorch's and Keras'.
@Suite struct GoldenScheduleTests {
    @Test func goldenSchedules() throws {
        let group = try GoldenGroup("schedule")
        for example in try group.cases("cases") {
            let name = try example.text("name")
            let expected = try example.numbers("lr")
            let metrics = example["metrics"] == nil ? nil : try example.numbers("metrics")
            let spec = try Chosen.decode(["schedule": try Self.config(example)]).schedule.value
            var schedule = Schedule(spec, base: try example.number("base_lr"), total: expected.count)
            for (epoch, rate) in expected.enumerated() {
                #expect(abs(schedule.rate - rate) <= 1e-6 * abs(rate) + 1e-15, "\(name), epoch \(epoch)")
                schedule.advance(metric: metrics?[epoch])
                // What a checkpoint would hold.
                let saved = try ScheduleState.decode(text: schedule.state.json)
                #expect(saved == schedule.state)
                schedule.state = saved
            }
        }
    }

    @Test func goldenEarlyStopping() throws {
        let group = try GoldenGroup("schedule")
        for example in try group.cases("early_stopping") {
            let rule = try EarlyStopping.decode([
                "mode": JSONValue(.text(try example.text("mode"))),
                "patience": JSONValue(.integer(try example.integer("patience"))),
                "min_delta": JSONValue(.number(try example.number("min_delta"))),
            ])
            var state = EarlyStopping.State()
            var stopped: Int?
            for (epoch, metric) in try example.numbers("metrics").enumerated() {
                let verdict = rule.observe(metric, &state)
                #expect((verdict == .best) == (state.bestEpoch == epoch))
                state = try EarlyStopping.State.decode(text: state.json)
                if verdict == .stop {
                    stopped = epoch
                    break
                }
            }
            #expect(stopped == example["stopped_after_epoch"]?.integer)
            #expect(state.bestEpoch == (try example.integer("best_epoch")))
        }
    }

    /// A case as a config.
    private static func config(_ example: JSONValue) throws -> JSONValue {
        let kinds: [String: (type: JSONValue, keys: [String: String])] = [
            "StepLR": (["type": "step"], ["step_size": "step_size", "gamma": "factor"]),
            "MultiStepLR": (["type": "multi_step"], ["milestones": "milestones", "gamma": "factor"]),
            "ExponentialLR": (["type": "exponential"], ["gamma": "factor"]),
            "CosineAnnealingLR": (["type": "cosine"], ["T_max": "total", "eta_min": "min_learning_rate"]),
            "linear warm-up then cosine": (
                ["type": "cosine", "warmup_from_zero": true], ["warmup": "warmup", "total": "total"]
            ),
            "linear warm-up then cosine, never 0": (
                ["type": "cosine"], ["warmup": "warmup", "total": "total", "min_lr": "min_learning_rate"]
            ),
            "torch ReduceLROnPlateau": (
                ["type": "plateau", "rule": "pytorch"],
                [
                    "mode": "mode", "factor": "factor", "patience": "patience", "threshold": "threshold",
                    "threshold_mode": "threshold_mode", "cooldown": "cooldown", "min_lr": "min_learning_rate",
                ]
            ),
            "Keras ReduceLROnPlateau": (
                ["type": "plateau"],
                [
                    "mode": "mode", "factor": "factor", "patience": "patience", "min_delta": "threshold",
                    "cooldown": "cooldown", "min_lr": "min_learning_rate",
                ]
            ),
        ]
        let name = try example.text("schedule")
        guard let kind = kinds[name] else { throw GoldenProblem("unknown schedule \(name)") }
        var config = kind.type
        for member in try example.members("params") {
            if member.key == "eps", member.value.double == 1e-8 { continue }
            guard let key = kind.keys[member.key] else {
                throw GoldenProblem("\(name): unknown \(member.key)")
            }
            let words = ["rel": "relative", "abs": "absolute"]
            config[key] = member.value.text.flatMap { words[$0] }.map { JSONValue(.text($0)) } ?? member.value
        }
        return config
    }

    private struct Chosen: Options {
        var schedule = AnySchedule(ConstantSchedule())
        static let fields: [Field<Self>] = [.init("schedule", \.schedule, "", .required)]
    }
}
