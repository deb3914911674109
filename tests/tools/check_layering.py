#!/usr/bin/env python3
"""Checks who includes what: the layers of the folders and of their rooms, where third-party headers may stand, that the
pure rooms of the reconciler do no I/O, and that what a .cpp brings in by `using` is used there.

    check_layering.py [ROOT]      prints every violation as FILE:LINE: ...; exit 1 if there is one
    check_layering.py --self-test breaks every rule once, in a temporary tree, and expects to be told
"""

import re
import sys
import tempfile
from pathlib import Path

# Which folders a folder may include. tests/ may include all of them.
LAYERS = {
    "base": {"base"},
    "net": {"base", "net"},
    "api": {"base", "net", "api"},
    "simulator": {"base", "net", "simulator"},
    "manifests": {"base", "manifests"},
    "reconciler": {"base", "net", "api", "manifests", "reconciler"},
    "daemon": {"base", "net", "api", "manifests", "reconciler", "simulator", "daemon"},
}

# Where a third-party header may stand: what its name begins with, and the folders or files. The first line that
# fits a header counts. Headers that are not listed may stand anywhere.
THIRD_PARTY = [
    ("boost/beast", {"net/"}),
    ("boost/asio/ssl", {"net/"}),
    ("boost/asio", {"net/", "api/", "simulator/", "reconciler/", "daemon/"}),
    ("boost/url", {"net/"}),
    ("spawn.h", {"net/", "tests/"}),
    # libgit2 wants a blocking stream made of C functions for its TLS: net's coroutines cannot be one.
    ("openssl/ssl.h", {"net/", "manifests/sources/git/git_tls.cpp"}),
    # The simulator decodes base64 itself: it shares no wire code with the client that it tests.
    ("openssl/evp.h", {"base/", "net/", "simulator/base64.cpp"}),
    ("openssl/", {"base/", "net/", "manifests/sources/git/git_tls.cpp"}),
    ("simdjson", {"base/"}),
    ("zlib.h", {"net/gzip.cpp"}),
    ("yaml-cpp/", {"manifests/documents/"}),
    ("toml++/", {"manifests/documents/toml.cpp"}),
    ("git2", {"manifests/sources/git/", "tests/"}),
    ("sqlite3", {"reconciler/journal/sqlite_store.cpp", "tests/"}),
    ("CLI/", {"daemon/commands/"}),
    ("prometheus/", {"daemon/telemetry/"}),
    ("spdlog/", {"daemon/telemetry/"}),
    ("doctest/", {"tests/"}),
]

# Which rooms of its own folder a room may include, and which of the files that stand above the rooms. A folder's other
# files see all of it, and so do rooms that are not named here.
ROOMS = {
    "manifests/documents": set(),
    "manifests/sources": {"manifests/documents"},
    "manifests/sources/git": {"manifests/sources"},
    "manifests/kinds": {"manifests/documents", "manifests/sources", "manifests/worker.h"},
    "manifests/edit": {
        "manifests/documents", "manifests/sources", "manifests/kinds", "manifests/wrangler", "manifests/worker.h",
    },
    "manifests/files": {"manifests/kinds", "manifests/sources", "manifests/worker.h"},
    "manifests/wrangler": {
        "manifests/documents", "manifests/sources", "manifests/kinds", "manifests/files", "manifests/worker.h",
    },
    "reconciler/model": set(),
    "reconciler/parts": {"reconciler/model"},
    "reconciler/plan": {"reconciler/model", "reconciler/parts"},
    "reconciler/explain": {"reconciler/model", "reconciler/parts", "reconciler/plan"},
    "reconciler/journal": {"reconciler/model"},
    "reconciler/observe": {"reconciler/model", "reconciler/parts", "reconciler/plan", "reconciler/journal"},
    "reconciler/apply/steps": {"reconciler/model", "reconciler/parts", "reconciler/plan"},
    "daemon/config": {"daemon/exit_code.h"},
    "daemon/http": set(),
    "daemon/systemd": {"daemon/config"},
    "daemon/telemetry": {"daemon/exit_code.h"},
    "daemon/client": {"daemon/config"},
    "daemon/controller": {"daemon/config", "daemon/http", "daemon/systemd", "daemon/telemetry"},
    "daemon/commands": {
        "daemon/client", "daemon/config", "daemon/controller", "daemon/systemd", "daemon/telemetry",
        "daemon/blocking.h", "daemon/exit_code.h",
    },
}
# Rooms whose files are functions of their arguments alone.
PURE = ("reconciler/model", "reconciler/parts", "reconciler/plan", "reconciler/explain", "reconciler/apply/steps")
# What such a file reaches by its includes, over any number of headers, is none of these.
IMPURE_HEADER = re.compile(
    r"(net/|api/client\.h|boost/(asio|beast)|sys/|(fstream|filesystem|iostream|random|thread|mutex|future"
    r"|unistd\.h|fcntl\.h|sqlite3\.h|git2\.h)$)"
)
# What such a file does not say.
IMPURE_TEXT = re.compile(r"\b(\w*_clock::now|getenv|std::time|time\(nullptr\)|std::rand)\b")

USING = re.compile(r"^\s*using (?:\w+::)+(\w+);")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def sources(root):
    for folder in [*LAYERS, "tests"]:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in {".h", ".cpp"}:
                yield path.relative_to(root).as_posix()


def includes(root, file):
    """(line number, header) of every include; one of the file's own folder as it is named from the root."""
    with open(root / file, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            found = INCLUDE.match(line)
            if not found:
                continue
            quote, header = found.groups()
            if quote == '"' and "/" not in header:
                header = f"{file.rpartition('/')[0]}/{header}"
            yield number, header


def layer_violation(root, file, header):
    folder, target = file.split("/")[0], header.split("/")[0]
    if target == "tests" and folder != "tests":
        return "a library does not include its tests"
    if target in LAYERS and folder in LAYERS and target not in LAYERS[folder]:
        return f"{folder}/ may not see {target}/"
    if target in LAYERS and not (root / header).is_file():
        return f"there is no {header}"
    return room_violation(file, header)


def room_of(file):
    return file.rpartition("/")[0]


def room_violation(file, header):
    room, target = room_of(file), room_of(header)
    visible = ROOMS.get(room)
    if visible is None or header.split("/")[0] != room.split("/")[0] or target == room:
        return None
    if target in visible or header in visible:
        return None
    return f"{room}/ may not see {header}"


def third_party_violation(file, header):
    # The unit tests of a folder may use what the folder uses; other tests what they like.
    home = file.removeprefix("tests/unit/")
    for prefix, places in THIRD_PARTY:
        if not header.startswith(prefix):
            continue
        if home.startswith("tests/") or any(home.startswith(place) for place in places):
            return None
        if file.startswith("tests/") and "tests/" in places:
            return None
        return f"<{header}> may stand only in {', '.join(sorted(places))}"
    return None


def impure_path(root, header, seen):
    """The way from a header to one that does I/O; nothing if there is none."""
    if IMPURE_HEADER.match(header):
        return [header]
    if header in seen or header.split("/")[0] not in LAYERS or not (root / header).is_file():
        return []
    seen.add(header)
    for _, inner in includes(root, header):
        way = impure_path(root, inner, seen)
        if way:
            return [header, *way]
    return []


def purity_violations(root, file):
    for number, header in includes(root, file):
        way = impure_path(root, header, set())
        if way:
            yield number, f"the pure core may not reach {way[-1]} (by {' -> '.join(way)})"
    for number, line in enumerate((root / file).read_text(encoding="utf-8").splitlines(), 1):
        found = IMPURE_TEXT.search(line.split("//")[0])
        if found:
            yield number, f"the pure core may not call {found.group(1)}: pass the value in"


def unused_usings(root, file):
    text = (root / file).read_text(encoding="utf-8")
    for number, line in enumerate(text.splitlines(), 1):
        found = USING.match(line)
        if found and len(re.findall(rf"(?<![:\w]){found.group(1)}\b", text.replace(line, "", 1))) == 0:
            yield number, f"nothing here needs `{line.strip()}`"


def check(root):
    violations = []
    for file in sources(root):
        if file.endswith(".cpp"):
            violations += [f"{file}:{number}: {problem}" for number, problem in unused_usings(root, file)]
        for number, header in includes(root, file):
            for problem in (layer_violation(root, file, header), third_party_violation(file, header)):
                if problem:
                    violations.append(f"{file}:{number}: {problem}")
        if room_of(file) in PURE:
            violations += [f"{file}:{number}: {problem}" for number, problem in purity_violations(root, file)]
    return violations


# For --self-test: a tree that keeps every rule,
CLEAN = {
    "base/json.h": "#include <boost/json/value.hpp>\n#include <simdjson.h>\n",
    "base/digest.cpp": "#include <openssl/hmac.h>\n",
    "net/awaitable.h": '#include <boost/asio/awaitable.hpp>\n#include "base/json.h"\n',
    "net/tls.cpp": "#include <boost/asio/ssl/stream.hpp>\n#include <boost/beast/http.hpp>\n#include <openssl/ssl.h>\n",
    "net/url.cpp": "#include <boost/url/parse.hpp>\n",
    "api/client.h": '#include "net/awaitable.h"\n',
    "api/error.h": '#include "base/json.h"\n',
    "manifests/worker.h": '#include "base/json.h"\n',
    "manifests/sources/git/git_tls.cpp": "#include <openssl/err.h>\n#include <openssl/ssl.h>\n",
    "manifests/documents/yaml.cpp": "#include <yaml-cpp/parser.h>\n",
    "manifests/sources/git/git_tree.cpp": "#include <git2.h>\n",
    "reconciler/model/live.h": '#include "api/error.h"\n#include "manifests/worker.h"\n',
    "reconciler/model/plan.h": '#include "live.h"\n#include "reconciler/model/live.h"\n',
    "reconciler/model/plan.cpp": "// system_clock::now() is for others\n",
    "reconciler/observe/observe.cpp": (
        '#include "api/client.h"\n#include <chrono>\nauto now = std::chrono::system_clock::now();\n'
    ),
    "reconciler/journal/sqlite_store.cpp": "#include <filesystem>\n#include <sqlite3.h>\n",
    "simulator/base64.cpp": "#include <openssl/evp.h>\n",
    "simulator/state.h": '#include "net/awaitable.h"\n',
    "daemon/main.cpp": '#include "reconciler/model/plan.h"\n#include "simulator/state.h"\n',
    "daemon/commands/options.cpp": "#include <CLI/CLI.hpp>\n",
    "daemon/telemetry/metrics.cpp": "#include <prometheus/registry.h>\n#include <spdlog/logger.h>\n",
    "tests/unit/net/tls_test.cpp": '#include <openssl/ssl.h>\n#include <doctest/doctest.h>\n#include "support.h"\n',
    "tests/integration/run_test.cpp": '#include "daemon/main.h"\n#include <sqlite3.h>\n',
    "daemon/main.h": "using std::string;\n",
    "daemon/used.cpp": "using std::string;\nstring text();\n",
}

# and files that break one rule each.
BROKEN = [
    *[
        (f"{folder}/broken.cpp", f'#include "{other}/any.h"\n', f"{folder}/ may not see {other}/")
        for folder in LAYERS
        for other in LAYERS
        if other not in LAYERS[folder]
    ],
    ("simulator/multipart.cpp", '#include "api/multipart.h"\n', "simulator/ may not see api/"),
    ("api/workers.h", '#include "manifests/worker.h"\n', "api/ may not see manifests/"),
    ("manifests/load.cpp", '#include "net/http.h"\n', "manifests/ may not see net/"),
    ("net/broken.cpp", '#include "net/gone.h"\n', "there is no net/gone.h"),
    ("net/broken.cpp", '#include "tests/unit/net/support.h"\n', "does not include its tests"),
    ("api/broken.cpp", "#include <boost/beast/http.hpp>\n", "may stand only in net/"),
    ("daemon/broken.h", "#  include <boost/asio/ssl/context.hpp>\n", "may stand only in net/"),
    ("base/broken.h", "#include <boost/asio/awaitable.hpp>\n", "may stand only in api/"),
    ("manifests/broken.h", "#include <boost/asio.hpp>\n", "may stand only in api/"),
    ("api/broken.cpp", "#include <boost/url/parse.hpp>\n", "may stand only in net/"),
    ("manifests/broken.cpp", "#include <spawn.h>\n", "may stand only in net/, tests/"),
    ("simulator/broken.cpp", "#include <openssl/ssl.h>\n", "may stand only in manifests/sources/git/git_tls.cpp, net/"),
    (
        "manifests/git_mirror.cpp", "#include <openssl/ssl.h>\n",
        "may stand only in manifests/sources/git/git_tls.cpp, net/",
    ),
    ("simulator/broken.cpp", "#include <openssl/evp.h>\n", "may stand only in base/, net/, simulator/base64.cpp"),
    (
        "simulator/broken.cpp", "#include <openssl/rand.h>\n",
        "may stand only in base/, manifests/sources/git/git_tls.cpp, net/",
    ),
    (
        "reconciler/broken.cpp", "#include <openssl/hmac.h>\n",
        "may stand only in base/, manifests/sources/git/git_tls.cpp, net/",
    ),
    ("api/broken.cpp", "#include <simdjson.h>\n", "may stand only in base/"),
    ("api/broken.cpp", "#include <zlib.h>\n", "may stand only in net/gzip.cpp"),
    ("daemon/broken.cpp", "#include <yaml-cpp/yaml.h>\n", "may stand only in manifests/documents/"),
    ("manifests/wrangler.cpp", "#include <toml++/toml.h>\n", "may stand only in manifests/documents/toml.cpp"),
    ("daemon/broken.cpp", "#include <git2/sys/stream.h>\n", "may stand only in manifests/sources/git/"),
    ("reconciler/journal.cpp", "#include <sqlite3.h>\n", "may stand only in reconciler/journal/sqlite_store.cpp"),
    ("simulator/broken.cpp", "#include <CLI/CLI.hpp>\n", "may stand only in daemon/commands/"),
    ("api/broken.cpp", "#include <prometheus/counter.h>\n", "may stand only in daemon/telemetry/"),
    ("reconciler/broken.cpp", "#include <spdlog/logger.h>\n", "may stand only in daemon/telemetry/"),
    ("base/broken.cpp", "#include <doctest/doctest.h>\n", "may stand only in tests/"),
    ("tests/unit/api/broken.cpp", "#include <boost/beast/core.hpp>\n", "may stand only in net/"),
    (
        "manifests/documents/yaml.h", '#include "manifests/kinds/any.h"\n',
        "manifests/documents/ may not see manifests/kinds/any.h",
    ),
    (
        "manifests/sources/any.cpp", '#include "manifests/worker.h"\n',
        "manifests/sources/ may not see manifests/worker.h",
    ),
    (
        "reconciler/model/any.cpp", '#include "reconciler/plan/any.h"\n',
        "reconciler/model/ may not see reconciler/plan/any.h",
    ),
    (
        "reconciler/apply/steps/any.cpp", '#include "reconciler/apply/any.h"\n',
        "reconciler/apply/steps/ may not see reconciler/apply/any.h",
    ),
    (
        "daemon/telemetry/any.cpp", '#include "daemon/controller/any.h"\n',
        "daemon/telemetry/ may not see daemon/controller/any.h",
    ),
    (
        "daemon/controller/any.cpp", '#include "daemon/commands/any.h"\n',
        "daemon/controller/ may not see daemon/commands/any.h",
    ),
    ("daemon/commands/any.cpp", '#include "daemon/http/any.h"\n', "daemon/commands/ may not see daemon/http/any.h"),
    (
        "daemon/systemd/any.cpp", '#include "daemon/telemetry/any.h"\n',
        "daemon/systemd/ may not see daemon/telemetry/any.h",
    ),
    ("reconciler/plan/diff.cpp", "#include <fstream>\n", "may not reach fstream"),
    ("reconciler/plan/gates.cpp", "#include <filesystem>\n", "may not reach filesystem"),
    ("reconciler/plan/order.h", "#include <boost/asio/awaitable.hpp>\n", "may not reach boost/asio/awaitable.hpp"),
    ("reconciler/plan/missing.h", '#include "net/awaitable.h"\n', "may not reach net/awaitable.h"),
    ("reconciler/plan/calls.cpp", '#include "net/http.h"\n', "may not reach net/http.h"),
    ("reconciler/apply/steps/step.h", '#include "api/client.h"\n', "may not reach api/client.h"),
    (
        "reconciler/plan/render_text.cpp", "auto now = std::chrono::steady_clock::now();\n",
        "may not call steady_clock::now",
    ),
    ("reconciler/model/target.cpp", 'auto home = std::getenv("HOME");\n', "may not call getenv"),
    (
        "daemon/broken.cpp", "using std::chrono::seconds;\nstd::chrono::seconds wait();\n",
        "nothing here needs `using std",
    ),
]


def write(root, file, text):
    path = root / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def told_about(file, text, expected):
    """What a tree that breaks one rule is told, and whether that is the one thing expected."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, content in CLEAN.items():
            write(root, name, content)
        for folder in [*LAYERS, *ROOMS]:
            write(root, f"{folder}/any.h", "")
        write(root, "net/http.h", "")
        write(root, "reconciler/apply/any.h", "")
        if file:
            write(root, file, text)
        violations = check(root)
    if not expected:
        return violations, not violations
    return violations, len(violations) == 1 and violations[0].startswith(f"{file}:") and expected in violations[0]


def self_test():
    failures = 0
    for file, text, expected in [("", "", ""), *BROKEN]:
        violations, right = told_about(file, text, expected)
        if not right:
            failures += 1
            print(f"self-test: {file or 'the clean tree'}: {text!r}\n  expected {expected!r}, got {violations}")
    unproven = [prefix for prefix, _ in THIRD_PARTY if not any(f"<{prefix}" in text for _, text, _ in BROKEN)]
    if unproven:
        failures += 1
        print(f"self-test: no example breaks the rule for {', '.join(unproven)}")
    print(f"layering self-test: {len(BROKEN)} violations, {failures} not told as they should be")
    return 1 if failures else 0


def main(arguments):
    if arguments == ["--self-test"]:
        return self_test()
    root = Path(arguments[0]) if arguments else Path(__file__).resolve().parents[2]
    violations = check(root)
    print("\n".join(violations) if violations else f"layering: {len(list(sources(root)))} files, no violation")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
