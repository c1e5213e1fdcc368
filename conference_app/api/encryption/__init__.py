"""The WebSocket by which browsers of a room agree on keys."""
