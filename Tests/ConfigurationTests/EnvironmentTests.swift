import Configuration
import Testing

@Suite struct Environment {
    static let environment = ["DATA": "/data", "EMPTY": ""]

    @Test(arguments: [
        ("${DATA}/a", "/data/a"), ("a${DATA}b${EMPTY}c${DATA}", "a/databc/data"),
        ("$DATA $5 $", "$DATA $5 $"),
        ("$${DATA}", "${DATA}"), ("plain", "plain"),
    ])
    func isSubstituted(text: String, result: String) throws {
        let json: JSONValue = ["name": JSONValue(.text(text))]
        #expect(try Experiment.decode(json, environment: Self.environment).name == result)
        #expect(try Experiment.decode(json).name == text)
    }

    @Test(arguments: [
        ("${DTAA}", "name: the environment variable \"DTAA\" is not set; did you mean \"DATA\"?"),
        ("${HOME}", "name: the environment variable \"HOME\" is not set"),
        ("${}", "name: missing name in \"${}\"; write ${NAME}"),
        ("${DATA", "name: \"${\" is never closed; write ${NAME}, or $${ for a literal ${"),
    ])
    func missingNamesAreErrors(text: String, message: String) {
        let json: JSONValue = ["name": JSONValue(.text(text))]
        #expect(
            problems {
                try Experiment.decode(json, environment: Self.environment)
            } == [message])
    }
}
