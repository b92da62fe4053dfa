extension ClusterResampling {
    /// Returns the interval of the difference between the same metric of two groups of examples: Student's t with the jackknife
    /// standard error, which leaves out each cluster in turn, in both groups if it is in both.
    ///
    /// The groups must have been chosen before their results were known: the interval does not account for the choice of the groups
    /// with the largest difference.
    public static func difference(
        _ first: ClusteredMetric, _ second: ClusteredMetric, level: Double = 0.95
    ) -> ConfidenceInterval {
        let names = Set(first.clusters).union(second.clusters).sorted()
        let found = first.estimate - second.estimate
        guard names.count >= fewest else {
            var interval = ConfidenceInterval(
                estimate: found, low: .nan, high: .nan, level: level, units: names.count)
            interval.absence = .fewUnits
            return interval
        }
        func value(_ metric: ClusteredMetric, without name: String) -> Double {
            metric.value(metric.clusters.map { $0 == name ? 0 : 1 })
        }
        return ConfidenceInterval(
            found, others: names.map { value(first, without: $0) - value(second, without: $0) }, of: nil,
            level: level, units: names.count, method: .jackknife)
    }
}
