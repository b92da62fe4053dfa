import Autograd
import Foundation
import SpeechEmotion
import Testing

/// The sizes of stratified splits against scikit-learn's.
@Suite struct StratifiedGoldenTests {
    static let folder =
        ProcessInfo.processInfo.environment["GOLDEN"]
        ?? URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../Golden").standardizedFileURL.path

    struct Case: @unchecked Sendable, CustomTestStringConvertible {
        let numbers: [String: Any]
        var testDescription: String { numbers["name"] as? String ?? "" }
    }

    static let cases: [Case] = {
        guard let data = FileManager.default.contents(atPath: folder + "/metrics.json"),
            let manifest = try? JSONSerialization.jsonObject(with: data) as? [String: Any],
            let cases = manifest["stratified"] as? [[String: Any]]
        else { return [] }
        return cases.map { Case(numbers: $0) }
    }()

    @Test func thereAreCases() {
        let isOurs = ProcessInfo.processInfo.environment["GOLDEN"] == nil
        #expect(!Self.cases.isEmpty || !isOurs)
    }

    func corpus(_ golden: Case) throws -> Corpus {
        let counts = try #require(golden.numbers["class_counts"] as? [Int])
        let file = try SafeTensors(contentsOf: Self.folder + "/metrics.safetensors")
        let labels = try file.indices("split/\(golden.testDescription)").values
        let clips = labels.enumerated().map { index, label in
            Clip(id: "clip\(index)", source: .file(path: "\(index)", start: nil, end: nil), label: "\(label)")
        }
        return Corpus(name: golden.testDescription, clips: clips, classes: counts.indices.map { "\($0)" })
    }

    @Test(arguments: cases) func holdOut(_ golden: Case) throws {
        let corpus = try corpus(golden)
        let counts = try #require(golden.numbers["class_counts"] as? [Int])
        #expect(corpus.classCounts == counts)
        for row in try #require(golden.numbers["holdout"] as? [[String: Any]]) {
            let share = try #require(row["test_size"] as? Double)
            var spec = StratifiedSplit()
            spec.test = .share(share)
            for seed in 0..<5 {
                spec.seed = seed
                let split = try spec.split(corpus)[0]
                let train = try corpus.clips(of: .train, in: split).counts(of: corpus.classes)
                let test = try corpus.clips(of: .test, in: split).counts(of: corpus.classes)
                #expect(split.train.count == row["train"] as? Int && split.test.count == row["test"] as? Int)
                if row["per_class_depends_on_seed"] as? Bool == true {
                    for (count, total) in zip(test, counts) {
                        #expect(abs(Double(count) - share * Double(total)) < 1)
                    }
                } else {
                    #expect(train == row["train_per_class"] as? [Int])
                    #expect(test == row["test_per_class"] as? [Int])
                }
            }
        }
    }

    @Test(arguments: cases, [false, true]) func folds(_ golden: Case, _ shuffle: Bool)
        throws
    {
        let corpus = try corpus(golden)
        for row in try #require(golden.numbers["kfold"] as? [[String: Any]]) {
            var spec = KFoldSplit()
            spec.folds = try #require(row["folds"] as? Int)
            spec.shuffle = shuffle
            let found = try spec.split(corpus).map {
                try corpus.clips(of: .test, in: $0).counts(of: corpus.classes)
            }
            #expect(found == row["test_per_fold_and_class"] as? [[Int]])
        }
    }
}
