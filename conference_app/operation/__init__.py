"""Setting up, starting, checking and building the product: what an operator's commands call."""
