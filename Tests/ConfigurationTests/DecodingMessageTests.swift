import Configuration
import Testing

/// Error messages for documents that are valid JSON but do not match the sample. Each message follows the file
/// name.
@Suite struct DecodingMessages {
    static let table: [(String, [String])] = [
        ("[]", ["1:1: expected an object with keys such as name, seeds, model, loss, found []"]),
        ("3", ["1:1: expected an object with keys such as name, seeds, model, loss, found 3"]),
        ("null", ["1:1: expected an object with keys such as name, seeds, model, loss, found null"]),
        (#""x""#, [#"1:1: expected an object with keys such as name, seeds, model, loss, found "x""#]),
        ("{}", ["1:1: name: missing; expected a string with 1 or more characters"]),
        (#"{"name": ""}"#, [#"1:10: name: expected a string with 1 or more characters, found """#]),
        (
            #"{"name": 3}"#,
            [#"1:10: name: expected a string with 1 or more characters, found 3; write "3""#]
        ),
        (#"{"name": null}"#, ["1:10: name: expected a string with 1 or more characters, found null"]),
        (#"{"name": "x", "nmae": 1}"#, [#"1:15: nmae: unknown key; did you mean "name"?"#]),
        (
            #"{"name": "x", "zzz": 1}"#,
            [
                "1:15: zzz: unknown key; allowed keys: name, seeds, model, loss, training, notes, parts, sweep"
            ]
        ),
        (#"{"name": "x", "epochs": 3}"#, [#"1:15: epochs: unknown key; it belongs in "training""#]),
        (
            #"{"name": "x", "units": 3}"#,
            [
                "1:15: units: unknown key; allowed keys: name, seeds, model, loss, training, notes, parts, sweep"
            ]
        ),
        (
            #"{"name": "x", "seeds": 3}"#,
            [
                "1:24: seeds: expected a list of integers with 1 to 3 elements, each of at least 0, found 3; write [3]"
            ]
        ),
        (
            #"{"name": "x", "seeds": []}"#,
            [
                "1:24: seeds: expected a list of integers with 1 to 3 elements, each of at least 0, found []"
            ]
        ),
        (
            #"{"name": "x", "seeds": [1, -1, 2.5, "4"]}"#,
            [
                "1:28: seeds[1]: expected an integer of at least 0, found -1",
                "1:32: seeds[2]: expected an integer of at least 0, found 2.5",
                #"1:37: seeds[3]: expected an integer of at least 0, found "4"; write it without quotes"#,
            ]
        ),
        (
            #"{"name": "x", "seeds": [1, 2, 3, 4]}"#,
            [
                "1:24: seeds: expected a list of integers with 1 to 3 elements, each of at least 0, found [1, 2, 3, 4]"
            ]
        ),
        (
            #"{"name": "x", "model": [1]}"#,
            ["1:24: model: expected an object with keys such as input, layers, found [1]"]
        ),
        (
            #"{"name": "x", "model": {"input": [0, 3]}}"#,
            ["1:35: model.input[0]: expected an integer of at least 1, found 0"]
        ),
        (
            #"{"name": "x", "model": {"layer": []}}"#,
            [#"1:25: model.layer: unknown key; did you mean "layers"?"#]
        ),
        (
            #"{"name": "x", "model": {"input": {"a": 1}}}"#,
            [
                #"1:34: model.input: expected a list of integers with 1 to 3 elements, each of at least 1, found {"a": 1}"#
            ]
        ),
        (
            #"{"name": "x", "model": {"layers": [{"type": "gru", "units": 12.5}]}}"#,
            ["1:61: model.layers[0].units: expected an integer above 0, found 12.5"]
        ),
        (
            #"{"name": "x", "model": {"layers": [{"type": "gru", "units": 0}]}}"#,
            ["1:61: model.layers[0].units: expected an integer above 0, found 0"]
        ),
        (
            #"{"name": "x", "model": {"layers": [{"type": "gru", "units": "12"}]}}"#,
            [
                #"1:61: model.layers[0].units: expected an integer above 0, found "12"; write it without quotes"#
            ]
        ),
        (
            #"{"name": "x", "model": {"layers": [{"type": "gru", "units": true}]}}"#,
            ["1:61: model.layers[0].units: expected an integer above 0, found true"]
        ),
        (
            #"{"name": "x", "model": {"layers": [{"type": "gru", "units": null}]}}"#,
            ["1:61: model.layers[0].units: expected an integer above 0, found null"]
        ),
        (
            #"{"name": "x", "model": {"layers": [{"type": "gru", "units": 1e30}]}}"#,
            [
                "1:61: model.layers[0].units: expected an integer above 0, found 1e+30, which exceeds 64 bits"
            ]
        ),
        (
            #"{"name": "x", "model": {"layers": [{"type": "gru", "units": [3]}]}}"#,
            ["1:61: model.layers[0].units: expected an integer above 0, found [3]"]
        ),
        (
            #"{"name": "x", "model": {"layers": [{"type": "gru"}]}}"#,
            ["1:36: model.layers[0].units: missing; expected an integer above 0"]
        ),
        (
            #"{"name": "x", "model": {"layers": [{"units": 3}]}}"#,
            [
                #"1:36: model.layers[0].type: missing; expected the type of the layer, one of "dense", "gru", "conv2d", "residual" or "flatten""#
            ]
        ),
        (
            #"{"name": "x", "model": {"layers": [{"type": "gur", "units": 3}]}}"#,
            [#"1:45: model.layers[0].type: unknown layer "gur"; did you mean "gru"?"#]
        ),
        (
            #"{"name": "x", "model": {"layers": [{"type": "GRU", "units": 3}]}}"#,
            [#"1:45: model.layers[0].type: unknown layer "GRU"; did you mean "gru"?"#]
        ),
        (
            #"{"name": "x", "model": {"layers": [{"type": "transformer"}]}}"#,
            [
                #"1:45: model.layers[0].type: expected the name of a layer, one of "dense", "gru", "conv2d", "residual" or "flatten", found "transformer""#
            ]
        ),
        (
            #"{"name": "x", "model": {"layers": [{"type": 3}]}}"#,
            [
                #"1:45: model.layers[0].type: expected the name of a layer, one of "dense", "gru", "conv2d", "residual" or "flatten", found 3"#
            ]
        ),
        (
            #"{"name": "x", "model": {"layers": ["flaten"]}}"#,
            [
                #"1:36: model.layers[0]: expected a layer such as {"type": "dense"}, found "flaten"; did you mean {"type": "flatten"}?"#
            ]
        ),
        (
            #"{"name": "x", "model": {"layers": ["mystery"]}}"#,
            [#"1:36: model.layers[0]: expected a layer such as {"type": "dense"}, found "mystery""#]
        ),
        (
            #"{"name": "x", "model": {"layers": [12]}}"#,
            [#"1:36: model.layers[0]: expected a layer such as {"type": "dense"}, found 12"#]
        ),
        (
            #"{"name": "x", "model": {"layers": [null]}}"#,
            [#"1:36: model.layers[0]: expected a layer such as {"type": "dense"}, found null"#]
        ),
        (
            #"{"name": "x", "model": {"layers": [{"type": "gru", "units": 3, "biDirectional": true}]}}"#,
            [#"1:64: model.layers[0].biDirectional: unknown key; did you mean "bidirectional"?"#]
        ),
        (
            #"{"name": "x", "model": {"layers": [{"type": "gru", "units": 3, "bidirect": true}]}}"#,
            [#"1:64: model.layers[0].bidirect: unknown key; did you mean "bidirectional"?"#]
        ),
        (
            #"{"name": "x", "model": {"layers": [{"type": "gru", "units": 3, "bidirectional": "true"}]}}"#,
            [
                #"1:81: model.layers[0].bidirectional: expected true or false, found "true"; write it without quotes"#
            ]
        ),
        (
            #"{"name": "x", "model": {"layers": [{"type": "gru", "units": 3, "bidirectional": 1}]}}"#,
            ["1:81: model.layers[0].bidirectional: expected true or false, found 1"]
        ),
        (
            #"{"name": "x", "model": {"layers": [{"type": "flatten", "axis": 1}]}}"#,
            ["1:56: model.layers[0].axis: unknown key; no keys are allowed here"]
        ),
        (
            #"{"name": "x", "model": {"layers": [{"type": "dense", "units": 3, "activation": "relo"}]}}"#,
            [
                #"1:80: model.layers[0].activation: expected "none", "relu", "gelu" or "tanh", found "relo"; did you mean "relu"?"#
            ]
        ),
        (
            #"{"name": "x", "model": {"layers": [{"type": "dense", "units": 3, "activation": "swish"}]}}"#,
            [#"1:80: model.layers[0].activation: expected "none", "relu", "gelu" or "tanh", found "swish""#]
        ),
        (
            #"{"name": "x", "model": {"layers": [{"type": "dense", "units": 3, "activation": null}]}}"#,
            [#"1:80: model.layers[0].activation: expected "none", "relu", "gelu" or "tanh", found null"#]
        ),
        (
            #"{"name": "x", "model": {"layers": [{"type": "conv2d", "filters": 6}]}}"#,
            [
                "1:66: model.layers[0].filters: expected an integer of at least 1 that divides by 4, found 6"
            ]
        ),
        (
            #"{"name": "x", "model": {"layers": [{"type": "conv2d", "filters": 0}]}}"#,
            [
                "1:66: model.layers[0].filters: expected an integer of at least 1 that divides by 4, found 0"
            ]
        ),
        (
            #"{"name": "x", "model": {"layers": [{"type": "conv2d", "filters": 4, "kernel": 0}]}}"#,
            ["1:79: model.layers[0].kernel: expected an integer of at least 1, found 0"]
        ),
        (
            #"{"name": "x", "model": {"layers": [{"type": "conv2d", "filters": 4, "kernel": [3, 0]}]}}"#,
            ["1:83: model.layers[0].kernel[1]: expected an integer of at least 1, found 0"]
        ),
        (
            #"{"name": "x", "model": {"layers": [{"type": "conv2d", "filters": 4, "kernel": [1, 2, 3]}]}}"#,
            [
                "1:79: model.layers[0].kernel: expected an integer or a list of two, each of at least 1, found [1, 2, 3]"
            ]
        ),
        (
            #"{"name": "x", "model": {"layers": [{"type": "conv2d", "filters": 4, "kernel": "3"}]}}"#,
            [
                #"1:79: model.layers[0].kernel: expected an integer or a list of two, each of at least 1, found "3""#
            ]
        ),
        (
            #"{"name": "x", "model": {"layers": [{"type": "conv2d", "filters": 4, "groups": 3}]}}"#,
            ["1:79: model.layers[0].groups: expected an integer, one of 1, 2 or 4, found 3"]
        ),
        (
            #"{"name": "x", "model": {"layers": [{"type": "residual", "layers": []}]}}"#,
            ["1:67: model.layers[0].layers: expected a list of layers with 1 or more elements, found []"]
        ),
        (
            #"{"name": "x", "model": {"layers": [{"type": "residual", "layers": [{"type": "residual", "layers": [{"type": "gru", "units": -1}]}]}]}}"#,
            ["1:125: model.layers[0].layers[0].layers[0].units: expected an integer above 0, found -1"]
        ),
        (
            #"{"name": "x", "model": {"layers": [{"type": "residual", "layers": [{"type": "flatten"}], "shortcut": {"type": "dense"}}]}}"#,
            ["1:102: model.layers[0].shortcut.units: missing; expected an integer of at least 1"]
        ),
        (
            #"{"name": "x", "loss": {"type": "focal", "gama": 1}}"#,
            [#"1:41: loss.gama: unknown key; did you mean "gamma"?"#]
        ),
        (
            #"{"name": "x", "loss": {"type": "cross_entropy", "smoothing": 0.6}}"#,
            ["1:62: loss.smoothing: expected a number from 0 to 0.5, found 0.6"]
        ),
        (
            #"{"name": "x", "loss": "focal"}"#,
            [
                #"1:23: loss: expected a loss such as {"type": "cross_entropy"}, found "focal"; did you mean {"type": "focal"}?"#
            ]
        ),
        (
            #"{"name": "x", "training": {"epochs": 0}}"#,
            ["1:38: training.epochs: expected an integer from 1 to 1000, found 0"]
        ),
        (
            #"{"name": "x", "training": {"epochs": 1001}}"#,
            ["1:38: training.epochs: expected an integer from 1 to 1000, found 1001"]
        ),
        (
            #"{"name": "x", "training": {"rate": 0}}"#,
            ["1:36: training.rate: expected a number above 0, found 0"]
        ),
        (
            #"{"name": "x", "training": {"rate": 1e300}}"#,
            ["1:36: training.rate: expected a number above 0, found 1e+300; the maximum is 3.4e38"]
        ),
        (
            #"{"name": "x", "training": {"rate": "0.1"}}"#,
            [#"1:36: training.rate: expected a number above 0, found "0.1"; write it without quotes"#]
        ),
        (
            #"{"name": "x", "training": {"momentum": 1}}"#,
            ["1:40: training.momentum: expected a number of at least 0 and below 1, found 1"]
        ),
        (
            #"{"name": "x", "training": {"metric": "acuracy"}}"#,
            [
                #"1:38: training.metric: expected "loss", "accuracy" or "average_recall", found "acuracy"; did you mean "accuracy"?"#
            ]
        ),
        (
            #"{"name": "x", "training": {"metric": "averageRecall"}}"#,
            [
                #"1:38: training.metric: expected "loss", "accuracy" or "average_recall", found "averageRecall"; did you mean "average_recall"?"#
            ]
        ),
        (
            #"{"name": "x", "training": {"patience": 0}}"#,
            ["1:40: training.patience: expected an integer of at least 1, found 0"]
        ),
        (
            #"{"name": "x", "training": {"patience": "x"}}"#,
            [#"1:40: training.patience: expected an integer of at least 1, found "x""#]
        ),
        (
            #"{"name": "x", "training": {"clip": -1}}"#,
            ["1:36: training.clip: expected a number above 0, found -1"]
        ),
        (
            #"{"name": "x", "training": {"band": [1]}}"#,
            ["1:36: training.band: expected a list of two numbers, each of at least 0, found [1]"]
        ),
        (
            #"{"name": "x", "training": {"band": [3, 2]}}"#,
            ["1:36: training.band: the first has to be below the second, found [3.0, 2.0]"]
        ),
        (
            #"{"name": "x", "training": {"band": [-1, "x"]}}"#,
            [
                "1:37: training.band[0]: expected a number of at least 0, found -1",
                #"1:41: training.band[1]: expected a number of at least 0, found "x""#,
            ]
        ),
        (
            #"{"name": "x", "training": {"shuffle": "yes"}}"#,
            [#"1:39: training.shuffle: expected true or false, found "yes""#]
        ),
        (
            #"{"name": "x", "training": {"steps": "3"}}"#,
            [#"1:37: training.steps: expected an integer or a list of integers, found "3""#]
        ),
        (
            #"{"name": "x", "training": {"steps": [1, 2.5]}}"#,
            ["1:41: training.steps[1]: expected an integer, found 2.5"]
        ),
        (
            #"{"name": "x", "training": {"optimizer": "adam"}}"#,
            [
                "1:28: training.optimizer: unknown key; allowed keys: epochs, rate, momentum, metric, patience, clip, band, shuffle, steps"
            ]
        ),
        (#"{"name": "x", "notes": 3}"#, [#"1:24: notes: expected a string, found 3; write "3""#]),
        (#"{"name": "x", "parts": []}"#, ["1:24: parts: expected an object of named layers, found []"]),
        (
            #"{"name": "x", "parts": {"a b": {"type": "gru"}, "head": {"type": "dense", "unit": 3}}}"#,
            [
                #"1:32: parts["a b"].units: missing; expected an integer above 0"#,
                "1:57: parts.head.units: missing; expected an integer of at least 1",
                #"1:75: parts.head.unit: unknown key; did you mean "units"?"#,
            ]
        ),
        (
            "{\n  \"name\": \"x\",\n  \"model\": {\n    \"layers\": [\n      {\"type\": \"gru\", \"units\": 8},\n      {\"type\": \"dense\", \"units\": 0}\n    ]\n  },\n  \"training\": {\"rat\": 1, \"epochs\": 2.5}\n}",
            [
                "6:34: model.layers[1].units: expected an integer of at least 1, found 0",
                #"9:16: training.rat: unknown key; did you mean "rate"?"#,
                "9:36: training.epochs: expected an integer from 1 to 1000, found 2.5",
            ]
        ),
        (
            #"{"name": 12345678901234567890, "seeds": [9223372036854775808]}"#,
            [
                #"1:10: name: expected a string with 1 or more characters, found 1.2345678901234567e+19; write "1.2345678901234567e+19""#,
                "1:42: seeds[0]: expected an integer of at least 0, found 9.223372036854776e+18, which exceeds 64 bits",
            ]
        ),
        (
            #"{"name": "x", "na\u001bme": 1}"#,
            [#"1:15: ["na\u001Bme"]: unknown key; did you mean "name"?"#]
        ),
        (
            #"{"name": "x", "notes": ["word 0", "word 1", "word 2", "word 3", "word 4", "word 5", "word 6", "word 7", "word 8", "word 9", "word 10", "word 11", "word 12", "word 13", "word 14", "word 15", "word 16", "word 17", "word 18", "word 19"]}"#,
            [
                #"1:24: notes: expected a string, found ["word 0", "word 1", "word 2", "word 3", "word 4", "word 5"…"#
            ]
        ),
    ]

    @Test(arguments: table)
    func areExact(text: String, messages: [String]) {
        #expect(
            problems { try Experiment.decode(text: text, source: "a.json") }
                == messages.map { "a.json:" + $0 })
    }
}
