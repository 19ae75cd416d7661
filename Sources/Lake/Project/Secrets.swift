extension Project {
    /// Replaces each `${NAME}` in an address as `weir.yaml` has it and parses it: `sqlite:path` (relative to the
    /// project), `postgres://`, `mysql://`. Throws `NameError` that names the variable but never its value.
    package func address(_ text: String, environment: [String: String]) throws -> DatabaseAddress {
        fatalError("contract")
    }
}
