import Configuration
import Testing

@Suite struct RoundTrip {
    @Test func defaultsRoundTrip() throws {
        let text = """
            {"name": "x", "model": {"layers": [
                {"type": "residual", "layers": [{"type": "gru", "units": 3}], "shortcut": {"type": "flatten"}}
            ]}}
            """
        let options = try Experiment.decode(text: text)
        let again = try Experiment.decode(text: options.json)
        #expect(again.json == options.json)
        #expect(options.encode()["training"]?["rate"] == 0.001)
        #expect(options.model.layers[0].value is Residual)
    }
}
