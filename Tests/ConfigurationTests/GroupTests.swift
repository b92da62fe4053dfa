import Configuration
import Testing

/// Fields of a nested value that are keys of the outer options.
@Suite struct Groups {
    struct Weights: Options {
        var scale = 1.0
        var bias = true

        static let fields: [Field<Self>] = [
            .init("scale", \.scale, "How large they begin.", .range(0..<2)),
            .init("bias", \.bias, "Whether there is one."),
        ]

        var validationIssues: [ValidationIssue] {
            bias || scale > 0 ? [] : [ValidationIssue("scale", "has to be above 0 where there is no bias")]
        }
    }

    struct Layer: Options {
        var units = 0
        var weights = Weights()
        var names = Named<[Int]>()

        static let fields: [Field<Self>] =
            [.init("units", \.units, "How many.", .required, .atLeast(1))] + group(\.weights) + [
                .init("names", \.names, "Lists by name.")
            ]

        var validationIssues: [ValidationIssue] {
            weights.validationIssues
                + names.entries.flatMap { entry in
                    entry.value.indices.filter { entry.value[$0] < 0 }.map {
                        ValidationIssue(at: [.key("names"), .key(entry.name), .index($0)], "is below 0")
                    }
                }
        }
    }

    @Test func groupedKeysAreInline() throws {
        let layer = try Layer.decode(text: #"{"units": 3, "bias": false}"#)
        #expect(layer.units == 3 && layer.weights.bias == false && layer.weights.scale == 1)
        #expect(layer.encode().line == #"{"units": 3, "scale": 1.0, "bias": false, "names": {}}"#)
        #expect(try Layer.decode(text: layer.json).encode() == layer.encode())
        let properties = Layer.jsonSchema(title: "")["properties"]?.members?.map(\.key)
        #expect(properties == ["$schema", "units", "scale", "bias", "names"])
    }

    @Test(arguments: [
        (#"{"units": 1, "scale": 2}"#, "1:23: scale: expected a number of at least 0 and below 2, found 2"),
        (
            #"{"units": 1, "biass": true}"#, #"1:14: biass: unknown key; did you mean "bias"?"#
        ),
        (
            #"{"units": 1, "scale": 0, "bias": false}"#,
            "1:23: scale: has to be above 0 where there is no bias"
        ),
        (#"{"units": 1, "names": {"a": [], "b": [0, -1]}}"#, "1:42: names.b[1]: is below 0"),
    ]) func errorsHaveLocations(_ text: String, _ message: String) {
        let error = #expect(throws: ConfigurationError.self) { try Layer.decode(text: text) }
        #expect(error?.description == "line " + message)
    }
}
