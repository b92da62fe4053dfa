import Reports
import SpeechEmotion

extension Experiment {
    /// Splits transcripts into tokens for the leakage audit; nil if labels are classes.
    public var auditedTokens: (@Sendable (String) -> [String])? {
        guard task == .sequences || task == .frames else { return nil }
        return { SequenceVocabulary.tokens($0) }
    }
}

/// The leakage audit at the end of a run.
struct RunAudit {
    private let data: ExperimentData
    private let folder: RunFolder
    private let cache: FeatureCache?
    private let observer: any RunObserver

    init(_ data: ExperimentData, _ folder: RunFolder, _ cache: FeatureCache?, _ observer: any RunObserver) {
        (self.data, self.folder, self.cache, self.observer) = (data, folder, cache, observer)
    }

    /// Audits the split, writes the audit to the folder, and reports leaks and warnings.
    ///
    /// - Parameter fitted: The types of the layers that were fitted to the training set.
    func write(_ experiment: Experiment, fitted: [String]) throws {
        observer.begin("Auditing the split")
        let measured = experiment.evaluation.subset.splitSubset
        // A hyperparameter search must not read the test set.
        var audited = data.corpus
        if measured != .test {
            let test = Set(data.split.test)
            audited.clips.removeAll { test.contains($0.id) }
        }
        let sounds = AudioScan(
            audited, cache: cache.map { $0.folder + "/" + CacheInventory.fingerprintsName },
            progress: progress("recordings"),
            shouldStop: { [observer] in observer.shouldStop })
        if observer.shouldStop { throw RunStopped(isSaved: folder.states.hasAny) }
        let babble = experiment.augmentation.hasBabble ? [Babble.type] : []
        let fitted = (fitted + babble).map { FittedStatistic(name: $0, clips: data.split.train) }
        let report = try Auditor(data.corpus, scan: sounds, tokens: experiment.auditedTokens).audit(
            data.split, fitted: fitted, measured: measured)
        try folder.write(report.encode().pretty() + "\n", to: RunFile.audit)
        for finding in report.findings where finding.severity == .leak {
            observer.note("leak: \(finding.message)")
        }
        let warnings = report.findings.filter { $0.severity == .warning }
        if !warnings.isEmpty {
            let recordings = warnings.count { $0.kind == .recording }
            observer.remark(
                "leakage audit: \(NumberText.count(warnings.count, "warning"))"
                    + (recordings > 0 ? " (\(recordings) about recording conditions)" : "")
                    + "; see \(RunFile.report)")
        }
    }

    private func progress(_ subset: String) -> SpeechEmotion.Progress {
        { [observer] done, total in observer.advance(done, of: total, note: subset) }
    }
}
