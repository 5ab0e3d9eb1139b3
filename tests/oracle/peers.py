"""Asks other programs about the planted faults: in how many does one say something that it does not say of the sound system?

    cargo run -p vpcheck-tests --bin planted -- DIR
    python3 tests/oracle/peers.py DIR

Takes cfn-lint, checkov and the Python package cloudformation-validate, whichever are there, with what they do by
default, from warnings on. Faults of the template itself (syntax, names, rings, functions) are counted apart from
those of the network. A finding is compared by its rule and what it is about, not by its line, so what a fault merely moves does
not count; any finding counts, whether it names the cause or not.
"""

import collections
import importlib.metadata
import json
import pathlib
import shutil
import subprocess
import sys


def of_cfn_lint(folder):
    if not shutil.which("cfn-lint"):
        return None
    run = subprocess.run(
        ["cfn-lint", "--format", "json", "--regions", "us-east-1", "--", *map(str, templates(folder))],
        capture_output=True, text=True, check=False,
    )
    found = collections.defaultdict(collections.Counter)
    for match in json.loads(run.stdout or "[]"):
        found[pathlib.Path(match["Filename"])][match["Rule"]["Id"], match["Message"]] += 1
    return found


def of_checkov(folder):
    try:
        from checkov.cloudformation.runner import Runner
        from checkov.runner_filter import RunnerFilter
    except ImportError:
        return None
    found = collections.defaultdict(collections.Counter)
    for path in templates(folder):
        # One by one: a template that it breaks down on ends the whole run.
        try:
            report = Runner().run(None, files=[str(path)], runner_filter=RunnerFilter(framework=["cloudformation"]))
        except Exception as error:
            print(f"checkov breaks down on {path.relative_to(folder)}: {error}", file=sys.stderr)
            continue
        for check in report.failed_checks:
            found[path][check.check_id, check.resource.removeprefix(str(path))] += 1
    return found


def of_cloudformation_validate(folder):
    try:
        import cloudformation_validate as validate
    except ImportError:
        return None
    engine = validate.CompositeEngine()
    found = collections.defaultdict(collections.Counter)
    for path in templates(folder):
        for diagnostic in engine.validate_template(str(path)).diagnostics:
            if diagnostic.severity.value >= validate.Severity.WARN.value:
                found[path][diagnostic.rule_id, diagnostic.message] += 1
    return found


def templates(folder):
    return sorted(path for path in folder.glob("*/*") if path.suffix in {".yaml", ".json"})


def faults_of(folder):
    return [line.split("\t") for line in (folder / "faults.tsv").read_text().splitlines()]


def tell_ours(folder):
    """All are found, as tests/tests/planted.rs holds; so much for how severe."""
    counts = collections.Counter((kind, severity) for _, kind, severity in faults_of(folder))
    print("vpcheck: " + ", ".join(f"{kind} {severity} {count}" for (kind, severity), count in sorted(counts.items())))


def tell(name, found, folder):
    kinds = {path: kind for path, kind, _ in faults_of(folder)}
    faults, seen, rules = collections.Counter(), collections.Counter(), collections.Counter()
    sound = [path for path in templates(folder) if path.stem == "sound"]
    for path in templates(folder):
        if path in sound:
            continue
        kind = kinds[path.relative_to(folder).as_posix()]
        new = found[path] - found[path.with_name("sound" + path.suffix)]
        faults[kind] += 1
        seen[kind] += bool(new)
        rules.update({rule for rule, _ in new})
    told = "; ".join(f"{kind}: something new in {seen[kind]} of {faults[kind]} faults" for kind in sorted(faults))
    print(f"{name}: {told}; {sum(found[path].total() for path in sound)} findings in {len(sound)} sound systems")
    print("  " + ", ".join(f"{rule} {count}" for rule, count in rules.most_common()))


def main():
    folder = pathlib.Path(sys.argv[1]).resolve()
    tell_ours(folder)
    peers = {
        "cfn-lint": of_cfn_lint, "checkov": of_checkov, "cloudformation-validate": of_cloudformation_validate,
    }
    for package, ask in peers.items():
        found = ask(folder)
        if found is None:
            print(f"{package}: not installed")
        else:
            try:
                version = importlib.metadata.version(package)
            except importlib.metadata.PackageNotFoundError:
                version = subprocess.run([package, "--version"], capture_output=True, text=True, check=False).stdout
            tell(f"{package} {version.split()[-1]}", found, folder)


if __name__ == "__main__":
    main()
