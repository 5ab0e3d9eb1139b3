"""Fixes templates with rings and asks cfn-lint whether they are gone.

    python3 tests/oracle/cfn_lint_fixed.py ../shared/article/appendix-a.yaml ../shared/article/appendix-b.yaml

Runs from the top of the workspace; needs cfn-lint, and says so where it is not there. Exit status 1 where cfn-lint
calls a fixed template circular still, or more wrong than before.
"""

import collections
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

RING = "E3004"


def complaints(path):
    """How often cfn-lint tells each error rule."""
    run = subprocess.run(
        ["cfn-lint", "--format", "json", "--regions", "us-east-1", "--", str(path)],
        capture_output=True, text=True, check=False,
    )
    rules = (match["Rule"]["Id"] for match in json.loads(run.stdout or "[]"))
    return collections.Counter(rule for rule in rules if rule.startswith("E"))


def fixed(path):
    run = subprocess.run(
        ["cargo", "run", "--quiet", "--release", "-p", "vpcheck-tests", "--bin", "fixed", "--", str(path),
         "circular-dependency"],
        capture_output=True, text=True, check=False,
    )
    return run.stdout if run.returncode == 0 else None


def main():
    if not shutil.which("cfn-lint"):
        print("skipped: cfn-lint is not installed")
        return 0
    wrong = 0
    for path in map(pathlib.Path, sys.argv[1:]):
        before = complaints(path)
        text = fixed(path)
        if text is None:
            print(f"{path}: no fix of a ring")
            wrong += 1
            continue
        with tempfile.TemporaryDirectory() as folder:
            copy = pathlib.Path(folder, path.name)
            copy.write_text(text, encoding="utf-8")
            after = complaints(copy)
        new = after - before
        wrong += bool(after[RING] or new)
        print(f"{path}: {RING} {before[RING]} times before, {after[RING]} after; new errors: {dict(new) or 'none'}")
    return 1 if wrong else 0


sys.exit(main())
