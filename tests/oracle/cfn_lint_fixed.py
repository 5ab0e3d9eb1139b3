"""Fixes every template that has fixes, and asks cfn-lint whether anything is wrong that was not before.

    python3 tests/oracle/cfn_lint_fixed.py [FOLDER]

Runs from the top of the workspace: over the planted faults and the corpus, or the folder that is named, as the
templates are and with each kind of subnets assumed, at every safety. Needs cfn-lint (`pip install cfn-lint`), and says
so where it is not there. Exit status 1 where a fixed template has an error of cfn-lint that it had not.
"""

import collections
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

# Templates of one run of cfn-lint, which takes a second to start.
BATCH = 40


def complaints(paths):
    """For each file, how often cfn-lint says each error: lines move, so they are left out."""
    found = {path: collections.Counter() for path in paths}
    for start in range(0, len(paths), BATCH):
        batch = paths[start:start + BATCH]
        run = subprocess.run(
            ["cfn-lint", "--format", "json", "--regions", "us-east-1", "--", *map(str, batch)],
            capture_output=True, text=True, check=False,
        )
        if not run.stdout.strip():
            sys.exit(f"cfn-lint failed: {run.stderr.strip()[-400:]}")
        for match in json.loads(run.stdout):
            if match["Rule"]["Id"].startswith("E"):
                said = (match["Rule"]["Id"], match["Message"])
                found[pathlib.Path(match["Filename"])][said] += 1
    return found


def fixed(arguments, folder):
    """(path, how, rules, before, after) of each template with all its fixes."""
    run = subprocess.run(
        ["cargo", "run", "--quiet", "--release", "-p", "vpcheck-tests", "--bin", "fixes", "--", *arguments,
         "--into", str(folder)],
        capture_output=True, text=True, check=False,
    )
    index = folder / "index.tsv"
    if not index.exists():
        sys.exit(run.stderr)
    for line in index.read_text(encoding="utf-8").splitlines():
        path, how, rules, before, after = line.split("\t")
        yield path, how, rules.split(" "), folder / before, folder / after


def main():
    if not shutil.which("cfn-lint"):
        print("cfn-lint is not installed, skipped")
        return 0
    with tempfile.TemporaryDirectory() as name:
        runs = list(fixed(sys.argv[1:], pathlib.Path(name)))
        # The same text need not be asked about twice.
        same = {}
        for *_, before, after in runs:
            for path in (before, after):
                same.setdefault(path.read_bytes() + path.suffix.encode(), path)
        said = complaints(sorted(same.values()))

        def of(path):
            return said[same[path.read_bytes() + path.suffix.encode()]]

        table, wrong = collections.defaultdict(lambda: [0, 0, 0]), []
        for path, how, rules, before, after in runs:
            new, gone = of(after) - of(before), of(before) - of(after)
            for rule in sorted(set(rules)):
                row = table[rule]
                row[0] += 1
                row[1] += bool(gone)
                row[2] += bool(new)
            wrong += [f"{path} ({how}, {' '.join(rules)}): {rule} {message}" for rule, message in new]
    print(f"{'templates with a fix of':<40} {'':>6} {'errors gone':>12} {'errors come':>12}")
    for rule, (count, gone, come) in sorted(table.items()):
        print(f"{rule:<40} {count:>6} {gone:>12} {come:>12}")
    print(f"{len(runs)} fixed templates, {len(same)} different texts")
    print(*wrong, sep="\n", end="\n" if wrong else "")
    return 1 if wrong else 0


sys.exit(main())
