import Configuration
import Testing

@Suite struct Schema {
    /// `Fixtures/schema.json` is the expected schema of the sample. It has been checked with a JSON Schema
    /// validator.
    @Test func matchesFixture() throws {
        let folder = #filePath.split(separator: "/").dropLast().joined(separator: "/")
        let fixture = try JSONValue.bytes(of: "/\(folder)/Fixtures/schema.json")
        let schema = Experiment.jsonSchema(title: "Experiment", extends: true)
        #expect(schema.pretty() + "\n" == String(decoding: fixture, as: UTF8.self))
    }

    @Test func everyReferenceHasDefinition() {
        let schema = Experiment.jsonSchema(title: "Experiment")
        var seen = 0
        func check(_ value: JSONValue) {
            for element in value.elements ?? [] { check(element) }
            for member in value.members ?? [] {
                if member.key == "$ref", let name = member.value.text {
                    seen += 1
                    #expect(
                        schema["$defs"]?[String(name.dropFirst("#/$defs/".count))]?.members?.isEmpty == false)
                }
                check(member.value)
            }
        }
        check(schema)
        #expect(seen > 10)
        #expect(schema["required"] == ["name"])
    }

    /// Layers are declared as `GRU.Spec` and the like; editors show the names of definitions.
    @Test func specIsNamedAfterOuterType() {
        let schema = Averaging.jsonSchema(title: "Averaging")
        #expect(schema["$defs"]?.members?.map(\.key) == ["Average", "Average2D", "SpecialCase"])
        #expect(schema["properties"]?["plain"]?["$ref"] == "#/$defs/Average")
    }

    @Test func helpIsTable() {
        #expect(
            Dense.help(width: 70) == """
                dense: Every output sees every input.
                  units       required  Number of outputs (an integer of at least 1)
                  activation  "none"    Applied to the sum ("none", "relu", "gelu" or
                                        "tanh")
                """)
        #expect(
            Losses.help == """
                  cross_entropy  For classes.
                  focal          For classes of unequal size.
                """)
    }

    @Test func typesAreFoundByName() {
        #expect(Layers.kind("gru")?.summary == "Gated recurrent units.")
        #expect(Layers.kind("lstm") == nil)
    }
}

private struct Averaging: Options {
    var plain = Average.Spec()
    var flat = Average.Spec2D()
    var special = SpecialCase()

    static let fields: [Field<Self>] = [
        .init("plain", \.plain, "Of numbers."), .init("flat", \.flat, "Of pictures."),
        .init("special", \.special, "Of neither."),
    ]
}

enum Average {
    struct Spec: Options {
        static let fields: [Field<Self>] = []
    }

    struct Spec2D: Options {
        static let fields: [Field<Self>] = []
    }
}

struct SpecialCase: Options {
    static let fields: [Field<Self>] = []
}
