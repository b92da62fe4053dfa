import Configuration
import Testing

@Suite struct Loading {
    static func read(_ files: [String: String]) -> (String) throws(ConfigurationError) -> [UInt8] {
        { (file: String) throws(ConfigurationError) in
            guard let text = files[file] else {
                throw ConfigurationError(place: Location(source: file), "no such file or directory")
            }
            return Array(text.utf8)
        }
    }

    @Test func objectsMergeAndOtherValuesReplace() throws {
        let files = [
            "x/base.json":
                #"{"name": "base", "seeds": [1, 2], "training": {"epochs": 3, "rate": 0.1}, "loss": {"type": "focal", "gamma": 1}}"#,
            "x/a/child.json":
                #"{"extends": "../base.json", "seeds": [5], "training": {"rate": 0}, "loss": {"type": "cross_entropy"}}"#,
        ]
        let value = try JSONValue.load("x/a/child.json", read: Self.read(files))
        #expect(
            value.line
                == #"{"name": "base", "seeds": [5], "training": {"epochs": 3, "rate": 0}, "loss": {"type": "cross_entropy"}}"#
        )
        #expect(value["training"]?["epochs"]?.place.source == "x/base.json")
        #expect(
            problems { try Experiment.decode(value) }
                == ["x/a/child.json:1:64: training.rate: expected a number above 0, found 0"])
    }

    @Test func parentErrorsNameTheParent() throws {
        let files = [
            "base.json": "{\n\"name\": 3, \"training\": {\"epochs\": 0}}",
            "child.json": #"{"extends": ["base.json"], "training": {"rate": 1}}"#,
        ]
        let value = try JSONValue.load("child.json", read: Self.read(files))
        #expect(
            problems { try Experiment.decode(value) } == [
                "base.json:2:9: name: expected a string with 1 or more characters, found 3; write \"3\"",
                "base.json:2:35: training.epochs: expected an integer from 1 to 1000, found 0",
            ])
    }

    @Test func laterParentsAndChildTakePrecedence() throws {
        let files = [
            "1": #"{"a": 1, "b": 1, "c": 1}"#, "2": #"{"b": 2, "c": 2}"#,
            "3": #"{"extends": ["1", "2"], "c": 3}"#,
        ]
        #expect(try JSONValue.load("3", read: Self.read(files)).line == #"{"a": 1, "b": 2, "c": 3}"#)
    }

    @Test(arguments: [
        ("a.json", ["a.json: no such file or directory"]),
        ("self", ["self:1:13: extends: a file cannot extend itself: self extends self"]),
        ("x/one", ["x/two:1:13: extends: a file cannot extend itself: x/one extends x/two extends x/one"]),
        ("missing", [#"missing:1:14: extends: cannot read "no.json": no such file or directory"#]),
        ("number", ["number:1:13: extends: expected the name of a file, found 3"]),
        ("broken", [#"bad:1:2: strings need double quotes; write "a""#]),
        ("0", ["20:1:13: extends: the extends chain is too long"]),
        ("twice0", ["twice9:1:19: extends: the extends chain is too long"]),
    ])
    func errorsAreExact(file: String, messages: [String]) {
        var files = [
            "self": #"{"extends": "self"}"#, "x/one": #"{"extends": "./two"}"#,
            "x/two": #"{"extends": "../x/one"}"#,
            "missing": #"{"extends":  "no.json"}"#, "number": #"{"extends": 3}"#,
            "broken": #"{"extends": "bad"}"#,
            "bad": "{'a': 1}",
        ]
        for index in 0..<50 { files["\(index)"] = #"{"extends": "\#(index + 1)"}"# }
        for index in 0..<10 {
            files["twice\(index)"] = #"{"extends": ["twice\#(index + 1)", "twice\#(index + 1)"]}"#
        }
        files["twice10"] = "{}"
        let found = problems {
            try JSONValue.load(file, read: Self.read(files))
        }
        if file == "twice0" {
            #expect(found.count == 1 && found[0].hasSuffix("extends: the extends chain is too long"))
        } else {
            #expect(found == messages)
        }
    }

    @Test func readsFromFileSystem() throws {
        let own = #filePath
        let folder = own.split(separator: "/").dropLast().joined(separator: "/")
        #expect(try JSONValue.bytes(of: own).starts(with: Array("import Configuration".utf8)))
        #expect(
            problems { try JSONValue.load("/\(folder)/none.json") } == [
                "/\(folder)/none.json: no such file or directory"
            ])
        #expect(
            problems { try JSONValue.load("/\(folder)") } == [
                "/\(folder): is a directory"
            ])
        #expect(
            problems { try JSONValue.load("/dev/null") } == [
                "/dev/null: a pipe or a device; write its content to a regular file"
            ])
    }
}
