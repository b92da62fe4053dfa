import Synchronization

/// The types that a config can select by `"type"` at one location, such as all layers.
///
/// Programs add custom types with `register(_:)` before they read a config.
public protocol Registry {
    /// The common protocol of the types, such as `any LayerSpec`.
    associatedtype Value: Sendable
    /// The noun for one of the types in error messages, such as `layer`.
    static var noun: String { get }
    /// The built-in types, in the order of help and schema.
    static var builtIn: [any TaggedOptions.Type] { get }
}

extension Registry {
    /// All types that a config can name: the built-in types, then the registered types in the order of
    /// registration.
    public static var kinds: [any TaggedOptions.Type] {
        builtIn + (registered.withLock { $0[ObjectIdentifier(Self.self)] } ?? [])
    }

    /// Returns the type with the given name, or nil if there is none.
    public static func kind(_ type: String) -> (any TaggedOptions.Type)? { kinds.first { $0.type == type } }

    /// Adds a custom type: configs can name it, and schema, checks and error messages include it.
    ///
    /// Registering the same type again has no effect. The name must not belong to another type.
    public static func register<Kind: TaggedOptions>(_ type: Kind.Type) {
        precondition(
            Kind() is Value, "\(Self.self).register: \(Kind.self) is not \(Value.self)")
        let builtIn = builtIn
        registered.withLock { registered in
            let others = registered[ObjectIdentifier(Self.self)] ?? []
            if let taken = (builtIn + others).first(where: { $0.type == Kind.type }) {
                precondition(
                    taken == Kind.self,
                    "\(Self.self).register: the name \"\(Kind.type)\" already belongs to \(taken)")
            } else {
                registered[ObjectIdentifier(Self.self)] = others + [type]
            }
        }
    }
}

/// The registered types of each registry.
private let registered = Mutex<[ObjectIdentifier: [any TaggedOptions.Type]]>([:])
