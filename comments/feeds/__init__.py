"""Feeds of published comments, as Atom and as JSON Feed: of a site, a section, an article, a conversation, and of the replies to
one reader under a secret address."""
