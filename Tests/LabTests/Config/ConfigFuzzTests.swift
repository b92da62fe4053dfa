import Autograd
import Configuration
import Foundation
import Lab
import Testing

/// Experiments changed at random: whatever comes out, nothing stops the program, and every complaint has its place.
@Suite struct ConfigFuzzTests {
    /// A graph with what lists have not: parts that branch, pictures, an augmentation of them.
    static let graph = """
        {
            "name": "graph",
            "data": {"source": {"type": "synthetic"}, "classes": ["angry", "sad"], "cap": {"per_class": 3}},
            "split": {"type": "k_fold", "folds": 3, "by": "speaker", "validation": 0.2},
            "fold": 2,
            "features": {
                "preprocessing": [{"type": "normalize_peak"}],
                "layout": {
                    "type": "image", "feature": {"type": "mel", "n_mels": 32}, "height": 24, "width": 24
                }
            },
            "augmentation": {"features": [{"type": "horizontal_flip"}, {"type": "color_jitter"}]},
            "model": {
                "type": "graph",
                "parts": {
                    "stem": {"layers": [{"type": "conv2d", "filters": 4, "kernel_size": 3, "padding": "same"}]},
                    "left": {"inputs": ["stem"], "layers": [{"type": "pool2d", "size": 2}]},
                    "right": {"inputs": ["stem"], "layers": [{"type": "conv2d", "filters": 4, "kernel_size": 1, "stride": 2}]},
                    "head": {
                        "inputs": ["left", "right"],
                        "layers": [{"type": "global_pool"}, {"type": "dense", "units": 2}]
                    }
                }
            },
            "loss": {"type": "focal", "gamma": 1.5},
            "optimizer": {"type": "sgd", "learning_rate": 0.1, "momentum": 0.9},
            "schedule": {"type": "plateau", "monitor": "validation_loss"},
            "training": {"early_stopping": {"monitor": "validation_uar"}, "mixup": 0.2}
        }
        """
    static let seeds = [BrokenConfigTests.base, graph]
    static let pieces = [
        "{", "}", "[", "]", ",", ":", "\"", "null", "true", "0", "-1", "0.5", "1e999", "1000000000000",
        "9223372036854775807", "\n", "//", "é", "😀", "${X}", "${", "[[", "\"type\": \"graph\"",
        "{\"type\": \"gru\", \"units\": 3}", "{\"type\": \"flatten\"}", "\"units\": ", "\"\"", "{}", "[]",
    ]

    /// What comes of a text: nothing where it is right, all that is wrong otherwise.
    private func problems(_ text: String) -> [ConfigurationIssue] {
        do throws(ConfigurationError) {
            let json = try JSONValue.parse(text, source: "f.json")
            _ = try ValidatedExperiment(Experiment.decode(json, environment: ["X": "x"]), json: json)
            return []
        } catch { return error.problems }
    }

    private func expectPlaces(_ problems: [ConfigurationIssue], in text: String) {
        let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
        for problem in problems {
            let place = problem.place
            #expect(place.source == "f.json" && lines.indices.contains(place.line - 1), "\(problem)")
            guard lines.indices.contains(place.line - 1) else { continue }
            #expect((1...lines[place.line - 1].count + 1).contains(place.column), "\(problem)")
            #expect(!problem.message.isEmpty)
        }
    }

    @Test func theSeedsAreRight() {
        for seed in Self.seeds { #expect(problems(seed).map(\.description) == []) }
    }

    @Test(arguments: 0..<4)
    func changedTextHasAPlaceForEachMistake(seed: UInt64) {
        let random = RandomGenerator(seed: seed)
        var right = 0
        for _ in 0..<600 {
            var text = Array(Self.seeds[random.below(Self.seeds.count)])
            for _ in 0...random.below(3) {
                let at = random.below(text.count + 1)
                let end = min(at + random.below(8), text.count)
                let piece = Self.pieces[random.below(Self.pieces.count)]
                switch random.below(5) {
                case 0: text.removeSubrange(at..<end)
                case 1: text.insert(contentsOf: piece, at: at)
                case 2: text.replaceSubrange(at..<end, with: piece)
                case 3:
                    let from = random.below(text.count + 1)
                    text.insert(contentsOf: text[from..<min(from + random.below(90), text.count)], at: at)
                default:
                    if at < text.count { text[at] = Character(UnicodeScalar(UInt8(32 + random.below(95)))) }
                }
            }
            let found = problems(String(text))
            if found.isEmpty { right += 1 }
            expectPlaces(found, in: String(text))
        }
        #expect(right > 0)
    }

    /// Well-formed documents with wrong values in the right places get further: to shapes, losses and metrics.
    @Test(arguments: 0..<4)
    func changedValuesHaveAPlaceForEachMistake(seed: UInt64) throws {
        let random = RandomGenerator(seed: 100 + seed)
        let seeds = try Self.seeds.map { try JSONValue.parse($0) }
        var right = 0
        for _ in 0..<600 {
            var json = seeds[random.below(seeds.count)]
            for _ in 0...random.below(2) { Self.change(&json, random, seeds) }
            let text = json.pretty()
            let found = problems(text)
            if found.isEmpty { right += 1 }
            expectPlaces(found, in: text)
        }
        #expect(right > 0)
    }

    private static func change(_ value: inout JSONValue, _ random: RandomGenerator, _ seeds: [JSONValue]) {
        let stays = random.below(5) > 0
        switch value.content {
        case .list(var elements) where stays && !elements.isEmpty:
            let index = random.below(elements.count)
            switch random.below(6) {
            case 0: elements.remove(at: index)
            case 1: elements.append(elements[index])
            case 2: elements.swapAt(index, random.below(elements.count))
            default: change(&elements[index], random, seeds)
            }
            value.content = .list(elements)
        case .object(var members) where stays && !members.isEmpty:
            let index = random.below(members.count)
            switch random.below(8) {
            case 0: members.remove(at: index)
            case 1: members[index].key.append("s")
            default: change(&members[index].value, random, seeds)
            }
            value.content = .object(members)
        case .integer(let number) where stays:
            let others = [0, 1, 2, 7, number &+ 1, number &* 2, number &* 1000, 0 &- number, 1 << 40, .max]
            value.content = .integer(others[random.below(others.count)])
        case .number(let number) where stays:
            let others = [0, -number, number * 1e6, number / 1e6, 1e300, 0.999]
            value.content = .number(others[random.below(others.count)])
        default:
            let words = [
                "", "gru", "flatten", "attention", "conv2d", "same", "loss", "validation_uar", "input",
                "head",
                "mfcc", "picture",
            ]
            let donor = seeds[random.below(seeds.count)]
            let others: [JSONValue.Content] = [
                .null, .bool(true), .integer(random.below(300)), .number(random.uniform()), .list([]),
                .object([]), .text(words[random.below(words.count)]), donor["model"]?.content ?? .null,
                donor["features"]?.content ?? .null, donor["augmentation"]?.content ?? .null, donor.content,
            ]
            value.content = others[random.below(others.count)]
        }
    }
}
