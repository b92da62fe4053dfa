import Testing

/// The tests that open sockets or use the whole processor run one after another.
@Suite(.serialized) enum OverSockets {}
