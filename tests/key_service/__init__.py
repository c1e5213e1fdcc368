"""The delivery service of encrypted meetings as a process of its own, with people who were let in, for bun programs."""
