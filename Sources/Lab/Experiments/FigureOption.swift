import Configuration
import Metrics

/// A metric is named in configs by its raw value.
extension Figure: ConfigurationValue {}
