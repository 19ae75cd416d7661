import Foundation
import Glibc

/// Makes the data of a demo: the application database, a log for each day of the past, and today's log, which the
/// product sends while the demo runs.
enum Generator {
    struct Made {
        var network: SocialNetwork
        var posts: Int
        var reactions: Int
        var logBytes: Int
    }

    /// Throws `DemoError`.
    static func make(_ plan: DemoPlan, in folder: DemoFolder) throws -> Made {
        for name in ["logs", "live"] {
            try FileManager.default.createDirectory(atPath: folder(name), withIntermediateDirectories: true)
        }
        let network = SocialNetwork(seed: plan.seed)
        var traffic = Traffic(plan: plan, network: network)
        var logBytes = 0
        for day in plan.firstDay...plan.today {
            let path = day == plan.today ? folder.liveLog(plan) : folder.log(day)
            let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
            guard descriptor >= 0 else { throw DemoError.file(path, "create", errno) }
            defer { close(descriptor) }
            try traffic.writeNextDay(to: descriptor, path: path)
            logBytes += Int(lseek(descriptor, 0, SEEK_CUR))
        }
        try AppDatabase.create(at: folder.appDatabase, network: network, traffic: traffic)
        return Made(
            network: network, posts: traffic.posts.count, reactions: traffic.reactions.count, logBytes: logBytes)
    }
}
