#!/usr/bin/env python3
"""Runs clang-tidy-19 over every .cpp of the compile_commands.json of build folders, each file once.

    clang_tidy.py JOBS BUILD_FOLDER...

A file that was clean is not looked at again until it, a header of the project that it reaches, its command, or
.clang-tidy changes: clang-tidy/ in the first folder keeps an empty file per clean result, named by a digest of these.
"""

import hashlib
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from check_layering import includes

TOOL = "clang-tidy-19"
ROOT = Path(__file__).resolve().parents[2]


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
    key.update(entry["command"].encode())
    file = Path(entry["file"]).relative_to(ROOT).as_posix()
    for name in sorted(reachable(file, set())):
        key.update(hashlib.sha256((ROOT / name).read_bytes()).digest())
    return key.hexdigest()


def commands(builds):
    """The entries of the project's own files, the first build that has a file deciding."""
    entries = {}
    for build in builds:
        generated = Path(build).resolve()
        for entry in json.loads(Path(build, "compile_commands.json").read_text(encoding="utf-8")):
            file = Path(entry["file"])
            if file.is_relative_to(ROOT) and not file.is_relative_to(generated):
                entries.setdefault(entry["file"], {**entry, "build": build})
    return list(entries.values())


def tidy(entry):
    command = [TOOL, "-p", entry["build"], "--quiet", entry["file"]]
    run = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    return run.returncode == 0, run.stdout.strip() or run.stderr.strip()


def main(jobs, *builds):
    stamps = Path(builds[0], "clang-tidy")
    stamps.mkdir(exist_ok=True)
    entries = commands(builds)
    version = subprocess.run([TOOL, "--version"], capture_output=True, check=True).stdout
    common = version + (ROOT / ".clang-tidy").read_bytes()
    keys = {entry["file"]: digest(entry, common) for entry in entries}
    todo = [entry for entry in entries if not (stamps / keys[entry["file"]]).exists()]
    failed = 0
    with ThreadPoolExecutor(int(jobs)) as pool:
        for entry, (clean, output) in zip(todo, pool.map(tidy, todo)):
            if clean:
                (stamps / keys[entry["file"]]).touch()
            else:
                failed += 1
                print(output, flush=True)
    for stamp in stamps.iterdir():
        if stamp.name not in keys.values():
            stamp.unlink()
    print(f"clang-tidy: {len(entries)} files, {len(todo)} looked at, {failed} with findings")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
