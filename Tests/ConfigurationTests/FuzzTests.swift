import Configuration
import Testing

/// Random mutations of documents: nothing crashes, and every issue has a location.
@Suite struct Fuzz {
    static let seeds = [
        """
        {"name": "x", "seeds": [1, 2], "model": {"input": [200, 40], "layers": [
          {"type": "conv2d", "filters": 8, "kernel": [3, 5], "groups": 2}, {"type": "gru", "units": 8, "dropout": 0.25},
          {"type": "residual", "layers": [{"type": "residual", "layers": [{"type": "flatten"}], "shortcut": null}],
           "shortcut": {"type": "dense", "units": 3, "activation": "relu"}}]},
         "loss": {"type": "focal", "gamma": 1.5e0}, "training": {"epochs": 3, "rate": 1e-3, "momentum": 0.5, "metric": "accuracy",
         "patience": null, "clip": 5, "band": [20, 8000], "shuffle": false, "steps": [1, 2, 3]},
         "notes": "\\u00e4\\uD83D\\uDE00 \\"é😀\\" ${HOME}", "parts": {"a b": {"type": "flatten"}}, "sweep": {"a": [1, null, true]}}
        """,
        #"{"name": "x", "model": {"layers": [{"type": "residual", "layers": []}]}}"#,
        "[1, 2, {\"a\": \"b\"}]",
    ]
    static let pieces: [String] = [
        "{", "}", "[", "]", ",", ":", "\"", "'", "\\", "\\u", "\\uD800", "//", "/*", "#", "NaN", "-", "+",
        ".", "e", "1e999", "null",
        "true", "0", "00", "9223372036854775808", "-1", "0.5", "\n", "\r", "\t", "\0", " ", "\u{FEFF}",
        "\u{A0}", "“", "é", "😀",
        "\"type\"", "\"type\": \"residual\"", "{\"type\": \"gru\"}", "\"units\"", "\"\"", "${", "$${", "}",
        "[[", "{\"a\":", ";", "=",
    ]

    struct Random {
        var state: UInt64

        mutating func next(_ count: Int) -> Int {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return Int((z ^ (z >> 31)) % UInt64(max(count, 1)))
        }
    }

    static func changed(_ random: inout Random) -> [UInt8] {
        var bytes = Array(seeds[random.next(seeds.count)].utf8)
        for _ in 0...random.next(4) {
            let at = random.next(bytes.count + 1)
            let end = min(at + random.next(6), bytes.count)
            switch random.next(7) {
            case 0: bytes.removeSubrange(at..<end)
            case 1: bytes.insert(contentsOf: Array(pieces[random.next(pieces.count)].utf8), at: at)
            case 2: bytes.replaceSubrange(at..<end, with: Array(pieces[random.next(pieces.count)].utf8))
            case 3: if at < bytes.count { bytes[at] = UInt8(random.next(256)) }
            case 4: bytes = Array(bytes[..<at])
            case 5:
                let from = random.next(bytes.count)
                bytes.insert(contentsOf: bytes[from..<min(from + random.next(80), bytes.count)], at: at)
            default:
                let piece = Array(pieces[random.next(pieces.count)].utf8)
                for _ in 0..<random.next(150) { bytes.insert(contentsOf: piece, at: at) }
            }
        }
        return bytes
    }

    @Test(arguments: 0..<8)
    func mutatedTextNeverCrashes(seed: Int) throws {
        var random = Random(state: UInt64(seed))
        var read = 0
        for _ in 0..<1500 {
            let bytes = Self.changed(&random)
            let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
            do throws(ConfigurationError) {
                let value = try JSONValue.parse(bytes, source: "f.json")
                read += 1
                #expect((try? JSONValue.parse(value.pretty(width: 40))) == value)
                let options = try Experiment.decode(value, environment: ["HOME": "/"])
                let again = try Experiment.decode(options.encode())
                #expect(again.json == options.json)
            } catch {
                #expect(!error.problems.isEmpty)
                for problem in error.problems {
                    let place = problem.place
                    let isInside =
                        place.line >= 1 && place.line <= lines.count && place.column >= 1
                        && place.column <= (isInsideLine(lines, place.line)) + 1
                    #expect(place.source == "f.json" && isInside && !problem.message.isEmpty, "\(problem)")
                }
            }
        }
        #expect(read > 20)
    }

    private func isInsideLine(_ lines: [ArraySlice<UInt8>], _ line: Int) -> Int {
        lines.indices.contains(line - 1) ? lines[line - 1].count : 0
    }

    /// Well-formed documents with wrong values reach the decoder more often.
    @Test(arguments: 0..<4)
    func mutatedValuesNeverCrashDecoder(seed: Int) throws {
        var random = Random(state: UInt64(1000 + seed))
        let start = try JSONValue.parse(Self.seeds[0], source: "f.json")
        for _ in 0..<1500 {
            var value = start
            for _ in 0...random.next(3) { Self.change(&value, &random, start, depth: 0) }
            do throws(ConfigurationError) {
                let options = try Experiment.decode(value)
                #expect((try? Experiment.decode(options.encode()))?.json == options.json)
            } catch {
                for problem in error.problems {
                    #expect(
                        problem.place.source == "f.json" && problem.place.line >= 1
                            && !problem.message.isEmpty)
                }
            }
        }
    }

    private static func change(
        _ value: inout JSONValue, _ random: inout Random, _ donor: JSONValue, depth: Int
    ) {
        let stays = random.next(4) > 0
        switch value.content {
        case .list(var elements) where stays && !elements.isEmpty:
            let index = random.next(elements.count)
            if random.next(8) == 0 { elements.append(elements[index]) }
            change(&elements[index], &random, donor, depth: depth + 1)
            value.content = .list(elements)
        case .object(var members) where stays && !members.isEmpty:
            let index = random.next(members.count)
            if random.next(8) == 0 { members[index].key += "s" }
            if random.next(8) == 0 {
                members.remove(at: index)
            } else {
                change(&members[index].value, &random, donor, depth: depth + 1)
            }
            value.content = .object(members)
        default:
            let others: [JSONValue.Content] = [
                .null, .bool(true), .integer(0), .integer(-1), .integer(.max), .number(0.5), .number(1e300),
                .number(-0.0), .text(""),
                .text("gru"), .list([]), .object([]), .list([JSONValue(.null, at: value.place)]),
                donor.content,
                donor["model"]?["layers"]?.content ?? .null,
            ]
            value.content = others[random.next(others.count)]
        }
    }

    @Test func overridesNeverCrash() throws {
        var random = Random(state: 7)
        let start = try JSONValue.parse(Self.seeds[0], source: "f.json")
        let parts = [
            "model", "layers", ".", "[", "]", "0", "2", "99999999999999999999", "=", "\"", "units", "=3",
            "={", "shortcut", "seeds", "😀", "=",
        ]
        for _ in 0..<5000 {
            var value = start
            let text = (0...random.next(9)).map { _ in parts[random.next(parts.count)] }.joined()
            do throws(ConfigurationError) {
                try value.set(text)
                _ = try Experiment.decode(value)
            } catch {
                for problem in error.problems {
                    #expect(!problem.place.source.isEmpty && !problem.message.isEmpty)
                }
            }
        }
    }

    @Test func nestedLayersStopAtDepthLimit() throws {
        var text = #"{"type": "flatten"}"#
        for _ in 0..<47 { text = #"{"type": "residual", "layers": [\#(text)]}"# }
        let good = try Experiment.decode(text: #"{"name": "x", "model": {"layers": [\#(text)]}}"#)
        #expect(good.json.contains("flatten"))
        // Overrides can nest documents, so the decoder has its own depth limit.
        var value = try JSONValue.parse(#"{"name": "x", "model": {"layers": [\#(text)]}}"#, source: "f.json")
        let path = "model.layers[0]" + String(repeating: ".layers[0]", count: 46)
        try value.set("\(path).layers=[\(text)]")
        let found = problems { try Experiment.decode(value) }
        #expect(found.count == 1 && found[0].hasSuffix("more than 100 levels deep"))
    }
}
