import Configuration
import Testing

@Test(
    arguments: [
        ("unts", "units"), ("Units", "units"), ("nuits", "units"), ("bi-directional", "bidirectional"),
        ("bidirect", "bidirectional"),
        ("dropot", "dropout"), ("drp", nil), ("x", nil), ("", nil), ("optimizer", nil), ("rat", "rate"),
        ("lr", nil), ("un", nil),
        (String(repeating: "u", count: 10_000), nil),
    ] as [(String, String?)])
func suggestsOnlyCloseMatches(word: String, meant: String?) {
    let known = ["units", "bidirectional", "dropout", "rate", "ratio"]
    #expect(Suggestion.closest(to: word, among: known) == meant)
}

@Test func suggestsClosestMatch() {
    #expect(Suggestion.closest(to: "conv", among: ["conv1d", "conv2d"]) == "conv1d")
    #expect(Suggestion.closest(to: "conv2", among: ["conv1d", "conv2d"]) == "conv2d")
    let metrics = ["validation_uar", "validation_macro_f1", "validation_loss"]
    #expect(Suggestion.closest(to: "validation_f1", among: metrics) == "validation_macro_f1")
    #expect(
        Suggestion.closest(to: "validation_f1", among: metrics + ["validation_micro_f1"]) == "validation_uar")
}
