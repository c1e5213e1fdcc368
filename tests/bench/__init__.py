"""`make bench`: measures the running product and prints figures, one JSON object per line, then a table."""
