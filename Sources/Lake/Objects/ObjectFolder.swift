/// The lake's root folder: `.objects/` for what is published, `.stage/` for what is being made, and the public tree
/// of links. Its calls block; run them on a `BlockingQueue`.
package struct ObjectFolder: Sendable, Hashable {
    /// Absolute.
    package let root: String

    package init(root: String) { self.root = root }

    /// Makes the lake's folders if they are absent. Throws `LakeError` when the lake can't be written.
    package func prepare() throws { fatalError("contract") }

    /// Makes an empty staging folder for one attempt and returns its absolute path.
    package func stage(_ attempt: String) throws -> String { fatalError("contract") }

    package func removeStage(_ attempt: String) { fatalError("contract") }

    /// Checks a staged file's footer, gives it a unique name under `.objects/` and makes that durable.
    package func place(_ file: StagedFile, table: TableName, partition: String) throws -> StagedObject {
        fatalError("contract")
    }

    package func absolute(_ path: String) -> String { root + "/" + path }
}
