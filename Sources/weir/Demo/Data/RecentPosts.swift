/// The posts of a company that are new enough to be looked at.
struct RecentPosts {
    struct Post {
        let id: Int
        let author: Int
    }
    private static let kept = 256
    private var posts: [Post] = []
    private var oldest = 0

    mutating func add(_ post: Post) {
        if posts.count < Self.kept {
            posts.append(post)
        } else {
            posts[oldest] = post
            oldest = (oldest + 1) % Self.kept
        }
    }

    /// One of them, rather one by someone of the user's own department.
    func pick(near user: SocialNetwork.User, in network: SocialNetwork, _ random: inout SeededRandom) -> Post? {
        guard !posts.isEmpty else { return nil }
        for _ in 0..<2 {
            let post = posts[random.below(posts.count)]
            if network.users[post.author - 1].department == user.department { return post }
        }
        return posts[random.below(posts.count)]
    }
}
