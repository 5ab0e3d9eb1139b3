"""Lists the files of the corpus that PyYAML (every tag tolerated) or a JSON parser refuses.

    python3 tests/oracle/pyyaml.py ../shared/corpus > tests/oracle/pyyaml.tsv

Needs PyYAML. Columns: path below the corpus, parser, line that it complains at (from 1; 0 where it names none).
"""

import json
import pathlib
import sys

import yaml

WITHOUT_TEMPLATES = {"describe"}
ENDINGS = {".yaml", ".yml", ".json", ".template", ".cform", ".txt"}


class Tolerant(yaml.SafeLoader):
    """Takes any tag for what its node is."""


def any_tag(loader, _suffix, node):
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_mapping(node, deep=True)


Tolerant.add_multi_constructor("!", any_tag)


def complaint(text):
    """Parser and line of the first complaint, or None."""
    if text.lstrip("\ufeff").lstrip().startswith("{"):
        try:
            json.loads(text.lstrip("\ufeff"), strict=False)
            return None
        except json.JSONDecodeError as error:
            line = error.lineno
        # YAML flow maps look like JSON.
        return None if yaml_complaint(text) is None else ("json", line)
    line = yaml_complaint(text)
    return None if line is None else ("yaml", line)


def yaml_complaint(text):
    try:
        for _ in yaml.compose_all(text, Loader=Tolerant):
            pass
        return None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return mark.line + 1 if mark else 0
    except yaml.YAMLError:
        return 0


def main():
    root = pathlib.Path(sys.argv[1])
    for path in sorted(root.rglob("*")):
        below = path.relative_to(root)
        if not path.is_file() or path.suffix not in ENDINGS or WITHOUT_TEMPLATES & set(below.parts):
            continue
        found = complaint(path.read_text(encoding="utf-8", errors="replace"))
        if found:
            print(below.as_posix(), *found, sep="\t")


main()
