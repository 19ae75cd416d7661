/// What a statement is, told without running it.
package struct StatementShape {
    package let isSelect: Bool
    /// Of its result. A type that depends on a parameter is `UNKNOWN`.
    package let columns: [(name: String, type: String)]
    package let parameters: [String]
}
