"""From a feed's address to an article: fetching and worker processes at the edge, everything between them pure."""
