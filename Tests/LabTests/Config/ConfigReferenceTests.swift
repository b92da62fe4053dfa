import Configuration
import Foundation
import Lab
import Layers
import SpeechEmotion
import Testing

@Suite struct ConfigReferenceTests {
    private func encoded<Kind: TaggedOptions>(_ kind: Kind.Type, _ json: JSONValue) throws -> JSONValue {
        try Kind.decode(json).encode()
    }

    /// Decodes the example of every type of a registry, and returns the types without one.
    private func check<Kinds: Registry>(_ kinds: Kinds.Type, _ without: inout [String]) throws {
        for kind in Kinds.builtIn {
            let definition = String(describing: kind)
            guard let example = ConfigExamples.example(of: kind.type, definition: definition) else {
                without.append(kind.type)
                continue
            }
            #expect(try encoded(kind, JSONValue.parse(example, source: kind.type))["type"]?.text == kind.type)
        }
    }

    @Test func everyTypeHasAnExampleThatDecodes() throws {
        var without: [String] = []
        try check(CorpusKinds.self, &without)
        try check(SplitKinds.self, &without)
        try check(WaveEditKinds.self, &without)
        try check(LayoutKinds.self, &without)
        try check(FeatureKinds.self, &without)
        try check(WaveAugmentationKinds.self, &without)
        try check(FeatureAugmentationKinds.self, &without)
        try check(LayerKinds.self, &without)
        try check(LossKinds.self, &without)
        try check(OptimizerKinds.self, &without)
        try check(ScheduleKinds.self, &without)
        try check(SweepRanges.self, &without)
        #expect(without == [])
    }

    @Test func everyExampleIsInTheReference() {
        let text = ConfigReference.markdown
        for (type, example) in ConfigExamples.all {
            #expect(text.contains("\n" + example + "\n"), "\(type)")
        }
    }

    private func page(_ name: String) throws -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return try String(
            contentsOf: root.appendingPathComponent("Documentation/\(name).md"), encoding: .utf8)
    }

    @Test func theReferenceInDocumentationIsUpToDate() throws {
        #expect(
            try page("configuration") == ConfigReference.markdown,
            "run `Train schema --format markdown > Documentation/configuration.md`")
    }

    @Test func thePartsOfTheWalkThroughMakeAnExperiment() throws {
        let blocks = try page("coming-from-python").components(separatedBy: "```json\n").dropFirst()
        var parts = blocks.compactMap { $0.components(separatedBy: "```").first }
        #expect(parts.count == 5)
        let last = try #require(parts.popLast())
        let text = "{" + parts.joined() + last + "}"
        let experiment = try Experiment.decode(JSONValue.parse(text, source: "coming-from-python.md"))
        #expect(experiment.split.value is KFoldSplit)
        #expect((experiment.model.spec as? Sequential.Spec)?.layers.count == 7)
    }

    @Test func configsInTheTableOfNamesDecode() throws {
        let page = try page("coming-from-python")
        func check(_ type: String, _ decode: (JSONValue) throws -> Void) throws {
            let start = try #require(page.range(of: "`{\"type\": \"\(type)\""), "\(type)")
            let text = String(page[start.lowerBound...].dropFirst().prefix { $0 != "`" })
            try decode(JSONValue.parse(text, source: type))
        }
        for type in ["trim", "normalize_peak", "length"] {
            try check(type) { _ = try AnyWaveEdit.decode($0) }
        }
        for type in ["mfcc", "mel"] { try check(type) { _ = try AnyFrameFeature.decode($0) } }
        for type in ["conv1d", "gru", "multi_head_attention"] {
            try check(type) { _ = try AnyLayer.decode($0) }
        }
    }
}
