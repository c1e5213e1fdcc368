"""The program that `password_strength` starts: reads a password and words as a line of JSON, writes its score.

It runs by its path, beside the app and importing nothing of it: zxcvbn holds the interpreter while it computes, and a
password made for it takes a second. It ends with its input, so with the process that started it.
"""

from __future__ import annotations

import json
import sys

import zxcvbn_rs_py


def main() -> None:
    """Answer line by line until the input ends."""
    for line in sys.stdin:
        password, words = json.loads(line)
        sys.stdout.write(f"{int(zxcvbn_rs_py.zxcvbn(password, words).score)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
