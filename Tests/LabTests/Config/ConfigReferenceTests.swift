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

    @Test func theReferenceInDocumentationIsUpToDate() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let file = root.appendingPathComponent("Documentation/configuration.md")
        #expect(
            try String(contentsOf: file, encoding: .utf8) == ConfigReference.markdown,
            "run `Train schema --format markdown > Documentation/configuration.md`")
    }
}
