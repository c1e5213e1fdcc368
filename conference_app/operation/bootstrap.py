"""From a bare system to a ready virtual environment, then on to the command: `python3 bootstrap.py MODULE [ARGUMENT …]`.

Runs on whatever python3 there is, so it uses the standard library only and syntax that old versions can read.
"""

import hashlib
import os
import shutil
import subprocess
import sys

MINIMUM = (3, 11)
CANDIDATES = ("python3", "python3.13", "python3.12", "python3.11", "python3.14", "/usr/bin/python3")
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
VENV = os.path.join(ROOT, ".venv")
BUILD_TOOLS = os.path.join("conference_app", "operation", "build_tools.txt")
ONLY_LOCKED = ("--require-hashes", "--no-build-isolation")


def fail(line):
    """End with one line for the operator."""
    sys.stderr.write("parley: " + line + "\n")
    sys.exit(1)


def say(line):
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def find_python():
    """The first interpreter that is new enough: this one, or another on PATH."""
    if sys.version_info[:2] >= MINIMUM:
        return sys.executable
    for name in CANDIDATES:
        path = shutil.which(name)
        if path and subprocess.call([path, "-c", "import sys; sys.exit(sys.version_info[:2] < (3, 11))"]) == 0:
            return path
    fail("Python 3.11 or newer is needed; this is %d.%d. On Debian 12: apt-get install python3" % sys.version_info[:2])


def can_make_environments(python):
    return subprocess.call([python, "-c", "import ensurepip"], stderr=subprocess.DEVNULL) == 0


def make_environment(python):
    """Make the virtual environment; Debian keeps the needed part in a package of its own."""
    if not can_make_environments(python):
        if os.geteuid() != 0 or not shutil.which("apt-get"):
            fail("python3-venv is missing. Install it: apt-get install python3-venv")
        say("Installing python3-venv …")
        environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
        subprocess.call(["apt-get", "update", "-qq"], env=environment)
        if subprocess.call(["apt-get", "install", "-y", "-qq", "python3-venv"], env=environment) != 0:
            fail("apt-get could not install python3-venv; install it by hand and try again.")
    say("Making a virtual environment in .venv …")
    if subprocess.call([python, "-m", "venv", "--clear", VENV]) != 0:
        fail("The virtual environment could not be made in " + VENV)


def fingerprint(files):
    """SHA-256 over the requirement files: a change of any means installing again."""
    digest = hashlib.sha256()
    for name in files:
        with open(os.path.join(ROOT, name), "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()


def install(files, stamp_name):
    """Install the last of `files`, each package by its hash, unless exactly these are installed already.

    What makes packages of sources comes first, by hash too: pip would otherwise fetch the newest of it unasked.
    """
    stamp = os.path.join(VENV, stamp_name)
    wanted = fingerprint(files)
    if os.path.exists(stamp):
        with open(stamp) as file:
            if file.read() == wanted:
                return
    say("Installing " + files[-1] + " …")
    pip = [os.path.join(VENV, "bin", "python"), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    for name in (BUILD_TOOLS, files[-1]):
        if subprocess.call([*pip, *ONLY_LOCKED, "-r", os.path.join(ROOT, name)]) != 0:
            fail("The packages could not be installed; see the lines above. Nothing else was changed.")
    with open(stamp, "w") as file:
        file.write(wanted)


def main():
    arguments = sys.argv[1:]
    wants_tests = arguments[:1] == ["--dev"]
    arguments = arguments[1:] if wants_tests else arguments
    python = os.path.join(VENV, "bin", "python")
    if not os.path.exists(python):
        make_environment(find_python())
    install([BUILD_TOOLS, "requirements.txt"], ".installed")
    if wants_tests:
        install([BUILD_TOOLS, "requirements.txt", "requirements-dev.txt"], ".installed-dev")
    os.chdir(ROOT)
    os.execv(python, [python, "-m", *arguments])


if __name__ == "__main__":
    main()
