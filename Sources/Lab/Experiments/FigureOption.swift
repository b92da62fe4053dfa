import Configuration
import Metrics

/// Configs name a metric by its raw value.
extension Metric: ConfigurationValue {}
