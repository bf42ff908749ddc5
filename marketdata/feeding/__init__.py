"""Running a feed: one leader per provider, publishing, status, history."""
