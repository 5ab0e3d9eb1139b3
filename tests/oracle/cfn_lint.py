"""Lists what cfn-lint says of references, rings, intrinsic functions, duplicate keys and syntax in the corpus.

    python3 tests/oracle/cfn_lint.py ../shared/corpus vpc-lambda network parse ... > tests/oracle/cfn-lint.tsv

Needs cfn-lint. Columns: path below the corpus, rule, line, column, message (cut).
"""

import json
import pathlib
import re
import subprocess
import sys

ENDINGS = {".yaml", ".yml", ".json", ".template", ".cform"}
# E0000 syntax and duplicate keys, E0001 no expansion, E10xx functions, E2001 parameters, E3001 resource attributes,
# E3004 rings, E3005 DependsOn, E6101 outputs, E800x conditions.
RULES = re.compile(r"E000[01]|E10[123]\d|E2001|E3001|E3004|E3005|E6101|E800\d")


def complaints(path):
    run = subprocess.run(
        ["cfn-lint", "--format", "json", "--regions", "us-east-1", "--", str(path)],
        capture_output=True, text=True, check=False,
    )
    for match in json.loads(run.stdout or "[]"):
        start = match["Location"]["Start"]
        yield match["Rule"]["Id"], start["LineNumber"], start["ColumnNumber"], match["Message"]


def in_scope(rule, message):
    if rule in ("E2001", "E3001"):
        return message.startswith("{'")
    return RULES.fullmatch(rule) is not None


def row(path, rule, line, column, message):
    words = " ".join(message.split())[:160]
    return "\t".join([path, rule, str(line), str(column), words])


def main():
    root = pathlib.Path(sys.argv[1])
    for folder in sys.argv[2:]:
        for path in sorted((root / folder).rglob("*")):
            if path.is_file() and path.suffix in ENDINGS:
                for rule, *rest in complaints(path):
                    if in_scope(rule, rest[-1]):
                        print(row(path.relative_to(root).as_posix(), rule, *rest), flush=True)


if __name__ == "__main__":
    main()
