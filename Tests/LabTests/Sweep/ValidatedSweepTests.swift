import Configuration
import Lab
import Testing

@Suite struct ValidatedSweepTests {
    private func names(_ sweep: String) throws -> [String] {
        try SmallSweep.plan(sweep).members.map(\.name)
    }

    @Test func aGridIsEveryCombination() throws {
        let plan = try SmallSweep.plan(
            """
            {"grid": {"optimizer.learning_rate": [0.01, 0.1], "model[2].units": [6, 7],
                      "schedule": [null, {"type": "cosine"}]}}
            """)
        #expect(plan.members.count == 9)
        #expect(plan.members[0].name == "base")
        #expect(plan.members[1].name == "learning_rate=0.01, units=6, schedule=null")
        #expect(plan.members[8].name == "learning_rate=0.1, units=7, schedule=cosine")
        let last = plan.members[8].experiment.encode()
        #expect(try last[JSONPath(parsing: "optimizer.learning_rate")]?.double == 0.1)
        #expect(try last[JSONPath(parsing: "model[2].units")]?.integer == 7)
        #expect(last["schedule"]?["type"] == "cosine" && last["sweep"]?.isNull == true)
        // Defaults that the document does not name are members' as they were the base's.
        #expect(last["optimizer"]?["type"] == "adam")
    }

    @Test func whatComesToTheSameIsRunOnce() throws {
        let plan = try SmallSweep.plan(#"{"grid": {"model[2].units": [5, 6, 5]}}"#)
        #expect(plan.members.map(\.name) == ["base", "units=5"])
        #expect(plan.members.map(\.aliases) == [["units=6"], ["units=5 (2)"]])
    }

    @Test func pathsWithTheSameLastKeyAreNamedWhole() throws {
        let sweep = #"{"grid": {"model[0].filters": [4], "model[4].units": [8], "model[2].units": [3]}}"#
        #expect(try names(sweep) == ["base", "model[0].filters=4, model[4].units=8, model[2].units=3"])
    }

    @Test func variantsSetAndRemoveByThePathsOfTheBase() throws {
        let plan = try SmallSweep.plan(
            """
            {"variants": {
                "plain": {"remove": ["model[0]", "model.1", "augmentation.copies[1]"], "set": {"model[2].units": 9}},
                "lstm": {"set": {"model[2]": {"type": "lstm", "units": 5}}},
                "no augmentation": {"remove": ["augmentation"]}
            }}
            """)
        #expect(plan.members.map(\.name) == ["base", "plain", "lstm", "no augmentation"])
        let plain = plan.members[1].experiment.encode()
        #expect(plain["model"]?.elements?.compactMap { $0["type"]?.text } == ["gru", "global_pool", "dense"])
        #expect(plain["model"]?.elements?[0]["units"] == 9)
        #expect(plain["augmentation"]?["copies"] == [[]])
        #expect(plan.members[2].experiment.encode()["model"]?.elements?[2]["type"] == "lstm")
        #expect(plan.members[3].experiment.encode()["augmentation"]?["copies"] == [[]])
        #expect(plan.members[0].experiment.encode()["augmentation"]?["copies"]?.elements?.count == 2)
    }

    @Test func drawsKeepToTheirRangesAndDoNotMoveWhenThereAreMore() throws {
        func values(_ draws: Int) throws -> [JSONValue] {
            let plan = try SmallSweep.plan(
                """
                {"random": {"samples": \(draws), "seed": 3, "ranges": {
                    "optimizer.learning_rate": {"type": "log_uniform", "low": 0.0001, "high": 0.1},
                    "model[1].rate": {"type": "uniform", "low": 0.1, "high": 0.4},
                    "model[2].units": {"type": "integer", "low": 3, "high": 5},
                    "training.batch_size": {"type": "choice", "values": [4, 8]}
                }}}
                """)
            return try plan.members.dropFirst().map { member in
                let json = member.experiment.encode()
                return [
                    try #require(json[JSONPath(parsing: "optimizer.learning_rate")]),
                    try #require(json[JSONPath(parsing: "model[1].rate")]),
                    try #require(json[JSONPath(parsing: "model[2].units")]),
                    try #require(json[JSONPath(parsing: "training.batch_size")]),
                ]
            }
        }
        let many = try values(40)
        #expect(many.count == 40)
        #expect(try values(7) == Array(many.prefix(7)))
        let columns = (0..<4).map { column in many.compactMap { $0.elements?[column].double } }
        #expect(columns[0].allSatisfy { (0.0001...0.1).contains($0) })
        #expect(columns[0].count { $0 < 0.01 } > 15)
        #expect(columns[1].allSatisfy { (0.1...0.4).contains($0) })
        #expect(Set(columns[2]) == [3, 4, 5] && Set(columns[3]) == [4, 8])
    }

    @Test func seedsAreAListOrACount() throws {
        #expect(try SmallSweep.plan("{}").seeds == [1])
        #expect(try SmallSweep.plan(#"{"seeds": 3}"#) { try $0.set("seed=5") }.seeds == [5, 6, 7])
        #expect(try SmallSweep.plan(#"{"seeds": [4, 2]}"#).seeds == [4, 2])
    }

    @Test func foldsAreThoseOfTheSplit() throws {
        let all = try SmallSweep.plan(
            #"{"folds": "all", "variants": {"other": {"set": {"split.folds": 3}}}}"#)
        #expect(try all.folds(checkingData: false).numbers == [[1, 2], [1, 2, 3]])
        let ablation = Ablation(all, folds: try all.folds(checkingData: true).numbers, folder: "x")
        #expect(
            ablation.singles.map(\.title) == [
                "base, seed 1, fold 1", "other, seed 1, fold 1", "base, seed 1, fold 2",
                "other, seed 1, fold 2", "other, seed 1, fold 3",
            ])
        #expect(
            try SmallSweep.complaint(#"{"folds": [2, 3]}"#)
                == "sweep.json:1:11: sweep.folds: in the member \"base\": expected 1 to 2, found 3: the split has 2 folds"
        )
    }

    /// A sweep over all folds runs those that have clips; the others are named, and cannot be asked for.
    @Test func foldsWithoutClipsAreLeftOut() throws {
        let lists =
            #"split={"type": "listed_folds", "folds": [[21, 22], [1, 2], ["x"], [3], [4]], "validation": "next_fold"}"#
        let plan = try SmallSweep.plan(#"{"folds": "all"}"#) { try $0.set(lists) }
        let folds = try plan.folds(checkingData: true)
        #expect(folds.numbers == [[2, 4, 5]] && !folds.isComplete)
        #expect(
            folds.remarks == [
                "left out: fold 1 of 5 (missing: speaker 21, 22)",
                "left out: fold 3 of 5 (missing: speaker x)",
            ])
        // A check of the config checks a fold that has clips.
        var json = try SmallSweep.json(["folds": "all"])
        try json.set(lists)
        let check = try ExperimentCheck(Experiment.decode(json), json: json)
        #expect(check.remarks == folds.remarks && check.data?.split.name == "fold 2 of 5: speaker 1, 2")
        let asked = try SmallSweep.plan(#"{"folds": [2, 3]}"#) { try $0.set(lists) }
        let text = try #require(throws: (any Error).self) { try asked.folds(checkingData: true) }
        #expect(
            "\(text)".contains(
                "expected 2, 4, 5, found 3, which has no clips: fold 3 of 5 (missing: speaker x)")
        )
    }

    @Test func namesOfFilesAreEachMembersOwn() throws {
        let plan = try SmallSweep.plan(
            """
            {"variants": {
                "a b": {"set": {"model[2].units": 2}}, "a-b": {"set": {"model[2].units": 3}},
                "../x": {"set": {"model[2].units": 4}}, "ärger": {"set": {"model[2].units": 5}},
                "…": {"set": {"model[2].units": 7}}
            }}
            """)
        let ids = Ablation(plan, folds: try plan.folds(checkingData: false).numbers, folder: "x").singles.map(
            \.id)
        #expect(Set(ids).count == 6 && ids[0] == "base-seed1-fold1")
        for id in ids {
            #expect(!id.hasPrefix(".") && !id.hasPrefix("-"), "\(id)")
            #expect(
                id.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._=+-~".contains($0)) }, "\(id)"
            )
        }
    }

    @Test(arguments: [
        (
            #"{"grid": {"optimizer.lerning_rate": [1]}}"#,
            #"sweep.json:1:37: optimizer.lerning_rate: the experiment has no such key; did you mean "optimizer.learning_rate"?"#
        ),
        (
            #"{"grid": {"learning_rate": [1]}}"#,
            #"sweep.json:1:28: learning_rate: the experiment has no such key; did you mean "optimizer.learning_rate"?"#
        ),
        (
            #"{"variants": {"a": {"remove": ["model[5]"]}}}"#,
            "sweep.json:1:32: model[5]: the experiment has no such element; the list ends with [4]"
        ),
        (
            #"{"variants": {"a": {"remove": ["model.gru"]}}}"#,
            "sweep.json:1:32: model.gru: this is a list; use an index, such as [0]"
        ),
        (
            #"{"grid": {"schedule.warmup": [1]}}"#,
            "sweep.json:1:30: schedule.warmup: schedule is null and has no keys; set schedule itself"
        ),
        (
            #"{"grid": {"model[2": [1]}}"#,
            #"sweep.json:1:22: expected an index such as [2] or a quoted key such as ["a.b"] in brackets"#
        ),
        (
            #"{"grid": {"seed": [1]}}"#,
            #"sweep.json:1:19: seed: use "seeds" of the sweep, so that members are compared seed by seed"#
        ),
        (
            #"{"variants": {"base": {"remove": ["model[1]"]}}}"#,
            #"sweep.json:1:23: sweep: duplicate member "base"; the name "base" is reserved for the unchanged experiment"#
        ),
        (
            #"{"variants": {"same": {"set": {"model[2].units": 6}}}}"#,
            #"sweep.json:1:23: sweep.variants: in the member "same": is the same experiment as "base""#
        ),
        (
            #"{"metric": "uarr"}"#,
            #"sweep.json:1:12: sweep.metric: in the member "base": unknown metric "uarr"; did you mean "uar"?"#
        ),
        (
            #"{"metric": "auc"}"#,
            #"sweep.json:1:12: sweep.metric: in the member "base": unknown metric "auc"; add it to evaluation.metrics"#
        ),
        (#"{"seeds": 0}"#, "sweep.json:1:11: sweep.seeds: expected 1 to 1000 seeds, found 0"),
        (#"{"seeds": [1, 1]}"#, "sweep.json:1:11: sweep.seeds: a number is listed twice"),
        (#"{"folds": [0]}"#, "sweep.json:1:11: sweep.folds: expected numbers of at least 1, found 0"),
        (
            #"{"grid": {"model[2].units": []}}"#,
            #"sweep.json:1:29: sweep.grid["model[2].units"]: expected at least one value"#
        ),
        (
            #"{"variants": {"a": {}}}"#,
            #"sweep.json:1:20: sweep.variants.a: changes nothing; add "set" or "remove""#
        ),
        (
            #"{"random": {"ranges": {"seed": {"type": "uniform", "low": 2, "high": 1}}}}"#,
            #"sweep.json:1:70: sweep.random.ranges.seed.high: expected at least the value of "low", 2.0, found 1.0"#
        ),
    ])
    func mistakesAreLocated(sweep: String, message: String) throws {
        #expect(try SmallSweep.complaint(sweep) == message)
    }

    @Test func aHugeGridIsRefused() throws {
        let values = (0..<100).map { "\($0)" }.joined(separator: ", ")
        let keys = ["optimizer.learning_rate", "training.batch_size", "training.epochs", "model[2].units"]
        let grid = keys.map { "\"\($0)\": [\(values)]" }.joined(separator: ", ")
        #expect(try SmallSweep.complaint("{\"grid\": {\(grid)}}").contains("more than 1,000 combinations"))
    }

    @Test func everyMembersMistakesShowAtOnceByItsName() throws {
        let text = try SmallSweep.complaint(
            """
            {"grid": {"optimizer.learning_rate": [-1, 0.1], "model[2].units": [4, 5]},
             "variants": {
                "flat": {"set": {"model[3]": {"type": "pool2d", "size": 2}}},
                "loud": {"set": {"model[1].rate": 7}},
                "good": {"remove": ["model[1]"]}}}
            """)
        let lines = text.split(separator: "\n")
        #expect(lines.count == 3, "\(text)")
        #expect(
            lines[0].hasPrefix(
                "sweep.json:1:39: optimizer.learning_rate: in the member \"learning_rate=-1, units=4\" and 1 other: "
            ))
        #expect(lines[1].hasPrefix("sweep.json:3:34: model[3]: in the member \"flat\": "))
        #expect(lines[2].hasPrefix("sweep.json:4:39: model[1].rate: in the member \"loud\": "))
    }

    @Test func aModelWithoutAnOutputForEachClassIsFoundBeforeAnythingIsRun() throws {
        let text = try SmallSweep.complaint(
            #"{"variants": {"headless": {"remove": ["model[4]"]}, "wide": {"set": {"model[4].units": 9}}}}"#)
        let lines = text.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(
            lines.contains { $0.contains("model: in the member \"headless\": outputs [6], expected [8]") })
        #expect(lines.contains { $0.contains("model: in the member \"wide\": outputs [9], expected [8]") })
    }

    @Test func membersMustBeEvaluatedOnTheSameSubset() throws {
        let text = try SmallSweep.complaint(
            #"{"variants": {"early": {"set": {"evaluation.subset": "validation"}}}}"#)
        #expect(
            text.contains(
                "in the member \"early\": found \"validation\", but the base is evaluated on its test set; all members must use the same subset"
            ), "\(text)")
    }

    @Test func aSweepIsNeeded() throws {
        let json = try SmallSweep.experiment()
        let error = #expect(throws: ConfigurationError.self) {
            try ValidatedSweep(Experiment.decode(json), json: json)
        }
        #expect(
            "\(try #require(error))"
                == "small.json:1:1: sweep: missing; add a \"sweep\" that lists the variants to compare")
    }
}
