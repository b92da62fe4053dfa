import Autograd
import Configuration
import Lab
import Testing

@Suite struct SearchMethodTests {
    private func space(_ json: String) throws -> SearchSpace {
        let options = try SearchOptions.decode(JSONValue.parse(#"{"parameters": \#(json)}"#).adding(method))
        return SearchSpace(options.parameters)
    }

    /// A method that accepts distributions.
    private var method: JSONMember { JSONMember("method", ["type": "random"]) }

    /// Runs a method on a function to be maximized, with every trial scored on one fold.
    private func run(
        _ method: some SearchMethod, _ space: SearchSpace, seed: UInt64 = 1,
        _ function: ([JSONValue], Double) -> Double
    ) -> [Trial] {
        var trials: [Trial] = []
        while true {
            let requests = method.next(space, trials, RandomGenerator(seed: seed))
            if requests.isEmpty { return trials }
            trials += requests.map { Trial(request: $0, scores: [function($0.values, $0.budget)]) }
        }
    }

    @Test func aGridTriesEveryCombinationOnce() throws {
        let space = try space(#"{"model.a": [1, 2, 3], "model.b": ["x", "y"]}"#)
        let trials = run(GridMethod(), space) { _, _ in 0 }
        let found = trials.map { $0.request.values.map(\.line).joined() }
        let expected = [#"1"x""#, #"1"y""#, #"2"x""#, #"2"y""#, #"3"x""#, #"3"y""#]
        #expect(found == expected)
        #expect(GridMethod().count(space) == 6)
    }

    @Test func drawsStayWithinTheirBounds() throws {
        let space = try space(
            #"{"m.a": {"type": "log_uniform", "low": 0.001, "high": 10}, "m.b": {"type": "integer", "low": 2, "high": 4}, "m.c": {"type": "uniform", "low": -1, "high": 1}, "m.d": {"type": "choice", "values": ["p", "q"]}}"#
        )
        var method = TPEMethod()
        method.trials = 200
        let trials = run(method, space) { values, _ in values[1].double ?? 0 }
        #expect(trials.count == 200)
        for trial in trials {
            let values = trial.request.values
            #expect((0.001...10).contains(values[0].double ?? -1))
            #expect([2, 3, 4].contains(values[1].integer))
            #expect((-1...1).contains(values[2].double ?? -9))
            #expect(["p", "q"].contains(values[3].text))
        }
        // Most trials end where the function is largest, and every value was tried.
        let late = trials.suffix(100).count { $0.request.values[1].integer == 4 }
        #expect(late > 60)
        #expect(Set(trials.compactMap { $0.request.values[1].integer }) == [2, 3, 4])
    }

    /// A smooth function of two parameters: the best of 60 trials is nearer to the maximum with TPE than at random.
    @Test func parzenEstimatorFindsBetterValuesThanRandomSearch() throws {
        let space = try space(
            #"{"m.a": {"type": "log_uniform", "low": 0.0001, "high": 1}, "m.b": {"type": "uniform", "low": 0, "high": 1}}"#
        )
        func function(_ values: [JSONValue], _ budget: Double) -> Double {
            let a = space.axes[0].values.position(of: values[0]) - 0.3
            let b = space.axes[1].values.position(of: values[1]) - 0.7
            return -(a * a + b * b)
        }
        var (guided, drawn) = (TPEMethod(), RandomMethod())
        (guided.trials, drawn.trials) = (60, 60)
        func mean(_ method: some SearchMethod) -> Double {
            let bests = (0..<30).map { seed in
                run(method, space, seed: UInt64(seed), function).map(\.mean).max() ?? 0
            }
            return bests.reduce(0, +) / 30
        }
        #expect(mean(guided) > mean(drawn) / 2)
    }

    @Test func onlyTheBestOfARoundReachTheNext() throws {
        let space = try space(#"{"m.a": {"type": "uniform", "low": 0, "high": 1}}"#)
        var method = HalvingMethod()
        (method.trials, method.factor, method.rounds) = (27, 3, 3)
        let trials = run(method, space) { values, _ in values[0].double ?? 0 }
        #expect(trials.count == 27 + 9 + 3 && method.count(space) == 39)
        var budgets = Array(repeating: 1.0 / 9, count: 27)
        budgets += Array(repeating: 1.0 / 3, count: 9)
        budgets += [1, 1, 1]
        #expect(trials.map(\.request.budget) == budgets)
        let best = trials.prefix(27).map(\.mean).sorted(by: >)
        #expect(trials.suffix(3).map(\.mean) == Array(best.prefix(3)))
    }

    /// A method asked in the middle continues with the same trials: the results so far are all it needs.
    @Test func aSearchContinuesFromItsResults() throws {
        let space = try space(#"{"m.a": {"type": "uniform", "low": 0, "high": 1}}"#)
        var (parzen, halving) = (TPEMethod(), HalvingMethod())
        (parzen.trials, halving.trials) = (30, 9)
        func check(_ method: some SearchMethod) {
            let whole = run(method, space) { values, _ in values[0].double ?? 0 }
            for count in [1, 5, 9, 11] where count < whole.count {
                let next = method.next(space, Array(whole.prefix(count)), RandomGenerator(seed: 1))
                #expect(next.first == whole[count].request)
            }
        }
        check(parzen)
        check(halving)
    }

    /// Failed trials are never chosen, and do not stop a method.
    @Test func failedTrialsAreTheWorst() throws {
        let space = try space(#"{"m.a": {"type": "uniform", "low": 0, "high": 1}}"#)
        var method = HalvingMethod()
        (method.trials, method.rounds) = (9, 2)
        var trials: [Trial] = []
        while true {
            let requests = method.next(space, trials, RandomGenerator(seed: 1))
            if requests.isEmpty { break }
            for (index, request) in requests.enumerated() {
                trials.append(
                    index % 2 == 0
                        ? Trial(request: request, scores: [], failure: "no")
                        : Trial(request: request, scores: [request.values[0].double ?? 0]))
            }
        }
        let passed = trials.prefix(9).filter { $0.failure == nil }.map(\.mean).sorted(by: >)
        let last = trials.suffix(3).compactMap { $0.request.values[0].double }
        #expect(last == Array(passed.prefix(3)))
    }
}

extension JSONValue {
    fileprivate func adding(_ member: JSONMember) -> JSONValue {
        JSONValue(.object((members ?? []) + [member]))
    }
}
