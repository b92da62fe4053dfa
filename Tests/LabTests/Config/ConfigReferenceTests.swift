import Configuration
import Encoders
import Foundation
import Lab
import Layers
import SpeechEmotion
import Testing

@Suite struct ConfigReferenceTests {
    init() {
        EncoderKinds.register()
        SpeechSegments.register()
    }

    private func encoded<Kind: TaggedOptions>(_ kind: Kind.Type, _ json: JSONValue) throws -> JSONValue {
        try Kind.decode(json).encode()
    }

    /// Decodes the example of every type of a registry, and returns the types without one.
    private func check<Kinds: Registry>(_ kinds: Kinds.Type, _ without: inout [String]) throws {
        for kind in Kinds.kinds {
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
        try check(PreprocessingKinds.self, &without)
        try check(LayoutKinds.self, &without)
        try check(FeatureKinds.self, &without)
        try check(WaveAugmentationKinds.self, &without)
        try check(FeatureAugmentationKinds.self, &without)
        try check(LayerKinds.self, &without)
        try check(LossKinds.self, &without)
        try check(OptimizerKinds.self, &without)
        try check(TargetKinds.self, &without)
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
        let parts = blocks.compactMap { $0.components(separatedBy: "```").first }
        #expect(parts.count == 5)
        let text = "{" + parts.joined() + "}"
        let experiment = try Experiment.decode(JSONValue.parse(text, source: "coming-from-python.md"))
        #expect(experiment.split.value is KFoldSplit)
        #expect((experiment.model.spec as? Sequential.Spec)?.layers.count == 7)
    }

    private func checkNames<Kinds: Registry>(_ kinds: Kinds.Type, _ types: [String], in page: String) throws {
        for type in types {
            let start = try #require(page.range(of: "`{\"type\": \"\(type)\""), "\(type)")
            let text = String(page[start.lowerBound...].dropFirst().prefix { $0 != "`" })
            let kind = try #require(Kinds.builtIn.first { $0.type == type })
            #expect(try encoded(kind, JSONValue.parse(text, source: type))["type"]?.text == type)
        }
    }

    @Test func configsInTheTableOfNamesDecode() throws {
        let page = try page("coming-from-python")
        try checkNames(PreprocessingKinds.self, ["trim", "normalize_peak", "length"], in: page)
        try checkNames(FeatureKinds.self, ["mfcc", "mel"], in: page)
        try checkNames(LayerKinds.self, ["conv1d", "gru", "multi_head_attention"], in: page)
    }
}
