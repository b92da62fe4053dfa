import Lab

/// Shows the progress and the result of a run.
protocol RunProgress: RunObserver {
    /// Ends the line of an unfinished progress bar.
    func finish()
    /// The run has finished.
    func result(_ result: RunResult, _ folder: String)
}

extension RunProgress {
    func finish() {}
    func result(_ result: RunResult, _ folder: String) {}
    var shouldStop: Bool { Interrupt.isRequested }
}
