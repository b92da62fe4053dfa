import Testing

/// Options that another one leaves without effect are errors, before anything is read.
@Suite struct OptionRuleTests {
    @Test(arguments: [
        (
            ["predict", "x.wav", "--no-cache", "--cache", "x"],
            "--cache and --no-cache are mutually exclusive"
        ),
        (["features", "--describe", "--out", "x.npy"], "--out has no effect with --describe"),
        (["features", "--describe", "--layer", "3"], "--layer has no effect with --describe"),
        (["features", "--describe", "--threads", "1"], "--threads has no effect with --describe"),
        (["ablate", "x.json", "--collect", "--jobs", "2"], "--jobs has no effect with --collect"),
        (["ablate", "x.json", "--collect", "--threads", "2"], "--threads has no effect with --collect"),
        (["ablate", "x.json", "--collect", "--no-cache"], "--no-cache has no effect with --collect"),
        (["ablate", "x.json", "--print", "--jobs", "2"], "--jobs has no effect with --print"),
        (["ablate", "x.json", "--slurm", "--jobs", "2"], "--jobs has no effect with --slurm"),
        (
            ["data", "audit", "x.json", "--names-only", "--cache", "c"],
            "--cache has no effect with --names-only"
        ),
        (["verify", "runs/x", "--quick", "--threads", "2"], "--threads has no effect with --quick"),
        (["verify", "runs/x", "--quick", "--keep"], "--keep has no effect with --quick"),
        (["reproduce", "x.json", "--print", "--jobs", "2"], "--jobs has no effect with --print"),
        (["reproduce", "x.json", "--print", "--runs", "r"], "--runs has no effect with --print"),
        (["run", "x.json", "--finish", "--resume"], "--finish and --resume are mutually exclusive"),
        (["evaluate", "runs/x", "--labels", "{}"], "--labels requires --data"),
        (
            ["evaluate", "runs/x", "--subset", "train", "--data", "d"],
            "--subset and --data are mutually exclusive"
        ),
    ])
    func whatHasNoEffectIsRefused(_ words: [String], _ message: String) throws {
        let ending = try BuiltProgram.run(words)
        #expect(ending.status == 64 && ending.output.isEmpty, "\(ending.output)")
        #expect(ending.errors.hasPrefix("error: " + message), "\(ending.errors)")
    }
}
