import Testing

/// The tests that share a server and a run.
@Suite(.serialized) enum ServeTests {}
