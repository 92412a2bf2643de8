"""A YAML file as plain values, and the line of any of them.

Reading a file keeps no positions: they are looked up, by reading the file a second time, only when
there is a mistake to report.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from de06_pipeline.errors import ContractError

YamlKey = str | int

# libyaml reads the contracts in about 60 ms, the pure Python reader in about 900 ms.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(path: Path) -> dict[str, Any]:
    """Read a file that holds one mapping.

    Raises:
        ContractError: the file cannot be read, is not UTF-8, is not YAML (with its line), or holds
        something else than a mapping.
    """
    try:
        value = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)
    except OSError as error:
        raise ContractError(f"{path}: cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise ContractError(f"{path}: is not UTF-8; save it as UTF-8.") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{path}:{mark.line + 1}" if mark else str(path)
        raise ContractError(
            f"{place}: is not valid YAML ({getattr(error, 'problem', None) or 'syntax error'})."
        ) from None
    if not isinstance(value, dict):
        raise ContractError(f"{path}: must hold one mapping.")
    return value


def line_of(path: Path, keys: Sequence[YamlKey]) -> int:
    """Line (from 1) of the value found by following ``keys`` from the top; as far as they can be
    followed.
    """
    node = yaml.compose(path.read_text(encoding="utf-8"), Loader=_LOADER)
    line = 1
    for key in keys:
        if isinstance(node, yaml.MappingNode):
            pair = next(
                ((name, value) for name, value in node.value if name.value == str(key)), None
            )
            if pair is None:
                break
            line, node = pair[0].start_mark.line + 1, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
            node = node.value[key]
            line = node.start_mark.line + 1
        else:
            break
    return line
