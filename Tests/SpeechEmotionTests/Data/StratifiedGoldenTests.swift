import Autograd
import Foundation
import GoldenSupport
import SpeechEmotion
import Testing

/// The sizes of stratified splits against scikit-learn's.
@Suite struct StratifiedGoldenTests {
    static let cases = GoldenFiles.cases("stratified", of: "metrics")

    @Test func thereAreCases() {
        #expect(!Self.cases.isEmpty || GoldenFiles.mayOmit("metrics"))
    }

    func corpus(_ golden: GoldenFiles.Case) throws -> Corpus {
        let counts = try #require(golden.values["class_counts"] as? [Int])
        let file = try SafeTensors(contentsOf: GoldenFiles.folder + "/metrics.safetensors")
        let labels = try file.indices("split/\(golden.description)").values
        let clips = labels.enumerated().map { index, label in
            Clip(id: "clip\(index)", source: .file(path: "\(index)", start: nil, end: nil), label: "\(label)")
        }
        return Corpus(name: golden.description, clips: clips, classes: counts.indices.map { "\($0)" })
    }

    @Test(arguments: cases) func holdOut(_ golden: GoldenFiles.Case) throws {
        let corpus = try corpus(golden)
        let counts = try #require(golden.values["class_counts"] as? [Int])
        #expect(corpus.classCounts == counts)
        for row in try #require(golden.values["holdout"] as? [[String: Any]]) {
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

    @Test(arguments: cases, [false, true]) func folds(_ golden: GoldenFiles.Case, _ shuffle: Bool)
        throws
    {
        let corpus = try corpus(golden)
        for row in try #require(golden.values["kfold"] as? [[String: Any]]) {
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
