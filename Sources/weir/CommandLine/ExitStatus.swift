import ArgumentParser
import Flow
import Foundation
import Lake

/// What `weir` ends with; scripts rely on it.
enum ExitStatus: Int32 {
    case done = 0
    /// The work was tried and failed.
    case failed = 1
    /// Wrong arguments, a wrong `weir.yaml`, a name that doesn't exist.
    case wrongUse = 2
    case noEngine = 3
    /// A limit forbids it, or the engine is too busy now.
    case limit = 4

    init(_ error: any Error) {
        self =
            switch error {
            case let failure as CommandFailure: failure.status
            case let refusal as Refusal: ExitStatus(refusal.kind)
            case is ProjectErrors, is NameError: .wrongUse
            case let failure as LinkFailure:
                switch failure {
                case .noEngine, .lost: .noEngine
                case .refusedPeer, .otherVersion: .failed
                }
            default: .failed
            }
    }

    private init(_ kind: Refusal.Kind) {
        self =
            switch kind {
            case .wrong: .wrongUse
            case .failed: .failed
            case .limit: .limit
            }
    }

    /// Tells the person at the terminal what went wrong and returns the exit code.
    static func report(_ error: any Error) -> Int32 {
        switch error {
        case let code as ExitCode: return code.rawValue
        case is CommandFailed: return failed.rawValue
        case is CancellationError:
            Output.complain("interrupted")
            return failed.rawValue
        case is ProjectErrors, is ProjectError:
            // Each line begins with its place, as compilers write it, so that editors can jump there.
            Output.complain("\(error)", prefix: "")
            return wrongUse.rawValue
        case is CommandFailure, is Refusal, is LinkFailure, is NameError:
            Output.complain("\(error)")
            return ExitStatus(error).rawValue
        default: return reportOther(error)
        }
    }

    /// Help that was asked for, arguments that don't fit, and errors of the system.
    private static func reportOther(_ error: any Error) -> Int32 {
        let code = Weir.exitCode(for: error)
        switch code {
        case .success:
            Output.write(Weir.fullMessage(for: error) + "\n")
            return done.rawValue
        case .validationFailure:
            Output.complain(Weir.fullMessage(for: error), prefix: "")
            return wrongUse.rawValue
        default:
            Output.complain("\(error)")
            return failed.rawValue
        }
    }
}

/// An error of the command line's own.
struct CommandFailure: Error, Hashable, CustomStringConvertible {
    let status: ExitStatus
    let description: String

    init(_ status: ExitStatus, _ description: String) {
        self.status = status
        self.description = description
    }
}
