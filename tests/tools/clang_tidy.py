#!/usr/bin/env python3
"""Runs clang-tidy-19 over every .cpp of the compile_commands.json of build folders, each file once and by itself, also
where the build compiles several as one.

    clang_tidy.py JOBS BUILD_FOLDER... [--seconds N]

Files that changed last come first. After N seconds no further file is begun: the last line says how many are left, and
the next run goes on with them.

A file that was clean is not looked at again until it, a header of the project that it reaches, its command, or
.clang-tidy changes: ${XDG_CACHE_HOME:-~/.cache}/plumbline/clang-tidy keeps an empty file per clean result, named by a
digest of these. What one clone has looked at, another one finds, as with the compiler's cache.
"""

import hashlib
import json
import os
import re
import shlex
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from check_layering import includes

TOOL = "clang-tidy-19"
ROOT = Path(__file__).resolve().parents[2]
STAMPS = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "plumbline", "clang-tidy")
KEPT_SECONDS = 30 * 86400  # of a stamp that nobody has asked for


class Entry:
    """One file, relative to ROOT, and the arguments that it is compiled with."""

    def __init__(self, file, arguments):
        self.file = file
        self.arguments = arguments


def reachable(file, seen):
    """The file and every file of the project that it includes, directly or not."""
    if file in seen or not (ROOT / file).is_file():
        return seen
    seen.add(file)
    for _, header in includes(ROOT, file):
        reachable(header, seen)
    return seen


def digest(entry, common):
    key = hashlib.sha256(common)
    key.update(" ".join(entry.arguments).replace(str(ROOT), "").encode())
    for name in sorted(reachable(entry.file, set())):
        key.update(name.encode())
        key.update(hashlib.sha256((ROOT / name).read_bytes()).digest())
    return key.hexdigest()


def members(path):
    """The files that a file of the build stands for: those of a unity build, or itself."""
    if not re.fullmatch(r"unity_\d+_cxx\.cxx", path.name):
        return [path]
    return [Path(name) for name in re.findall(r'^#include "(.+\.cpp)"$', path.read_text(encoding="utf-8"), re.MULTILINE)]


def changed_last():
    """Each file of the project's history: 0 for one of the newest commit, 1 for one of that before it, ..."""
    log = subprocess.run(
        ["git", "-C", str(ROOT), "log", "-n", "200", "--format=%x00", "--name-only"],
        capture_output=True, text=True, check=False,
    ).stdout
    age = {}
    for number, commit in enumerate(log.split("\0")):
        for name in commit.split():
            age.setdefault(name, number)
    return age


def entries_of(builds):
    """The project's own files, the first build that has a file deciding."""
    entries = {}
    for build in builds:
        generated = Path(build).resolve()
        for compiled in json.loads(Path(build, "compile_commands.json").read_text(encoding="utf-8")):
            words = shlex.split(compiled["command"])
            begin = next(i for i, word in enumerate(words) if "clang++" in word) + 1
            arguments = words[begin : words.index("-o")]
            for file in members(Path(compiled["file"])):
                if file.is_relative_to(ROOT) and not file.is_relative_to(generated):
                    name = file.relative_to(ROOT).as_posix()
                    entries.setdefault(name, Entry(name, arguments))
    age = changed_last()
    return sorted(entries.values(), key=lambda entry: (age.get(entry.file, len(age)), entry.file))


def is_clean(stamp):
    if stamp.exists():
        stamp.touch()
        return True
    return False


def tidy(entry, end):
    """Whether it is clean, and what is said; nothing if it was not begun."""
    if time.monotonic() > end:
        return None, ""
    command = [TOOL, "--quiet", str(ROOT / entry.file), "--", *entry.arguments]
    run = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    return run.returncode == 0, run.stdout.strip() or run.stderr.strip()


def main(jobs, *words):
    end = float("inf")
    builds = list(words)
    if "--seconds" in builds:
        at = builds.index("--seconds")
        end = time.monotonic() + float(builds[at + 1])
        del builds[at : at + 2]
    STAMPS.mkdir(parents=True, exist_ok=True)
    entries = entries_of(builds)
    version = subprocess.run([TOOL, "--version"], capture_output=True, check=True).stdout
    common = version + (ROOT / ".clang-tidy").read_bytes()
    keys = {entry: digest(entry, common) for entry in entries}
    todo = [entry for entry in entries if not is_clean(STAMPS / keys[entry])]
    failed = left = 0
    with ThreadPoolExecutor(int(jobs)) as pool:
        for entry, (clean, output) in zip(todo, pool.map(lambda entry: tidy(entry, end), todo)):
            if clean is None:
                left += 1
            elif clean:
                (STAMPS / keys[entry]).touch()
            else:
                failed += 1
                print(output, flush=True)
    for stamp in STAMPS.iterdir():
        if stamp.stat().st_mtime < time.time() - KEPT_SECONDS:
            stamp.unlink(missing_ok=True)
    looked = len(todo) - left
    print(f"clang-tidy: {len(entries)} files, {looked} looked at, {failed} with findings, {left} left for the next run")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
