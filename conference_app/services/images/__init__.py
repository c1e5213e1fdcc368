"""Pictures that strangers send: decoded in a process of its own, which may cost no more than its limits."""
