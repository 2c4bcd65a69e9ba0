"""`${NAME}` in monitor.yaml, feeds.yaml and digests.yaml: values, secrets above all, that come from the environment.

A value that is wholly `${NAME}` counts as left out when the variable is unset or empty, so that the shipped files work without a
single variable. `${NAME:-other}` names what to use instead. Inside a longer text an unset variable is a mistake.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from monitor.config.document import Mapping as MappingNode
from monitor.config.document import Node, Scalar, Sequence

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")


class UnsetError(LookupError):
    """A variable is not set; `str()` is its name."""


class Reading:
    """Turns a tree into plain Python values. `unset` remembers the scalars left out for want of a variable, by identity."""

    def __init__(self, env: Mapping[str, str] | None) -> None:
        self.env = env
        self.unset: dict[int, str] = {}

    def plain(self, node: Node | None) -> Any:
        """Return the node's value; a mapping lacks the keys whose variable is not set, a list holds None there."""
        if isinstance(node, Scalar):
            return self.scalar(node)
        if isinstance(node, Sequence):
            return [self.plain(item) for item in node.items]
        if isinstance(node, MappingNode):
            values = {key: self.plain(value) for key, value in node.values.items()}
            return {key: value for key, value in values.items() if id(node.values[key]) not in self.unset}
        return {}

    def scalar(self, node: Scalar) -> str | int | float | bool | None:
        """Return a scalar's value with its variables filled in."""
        value = node.value()
        if self.env is None or not isinstance(value, str) or "${" not in value:
            return value
        try:
            return _VARIABLE.sub(self.variable, value)
        except UnsetError as error:
            self.unset[id(node)] = str(error)
            return None

    def variable(self, match: re.Match[str]) -> str:
        """Return what one `${NAME}` stands for; raises UnsetError."""
        value = (self.env or {}).get(match[1]) or match[2]
        if not value:
            raise UnsetError(match[1])
        return value

    def is_whole(self, node: Node) -> bool:
        """Tell whether the scalar is nothing but one variable (and may therefore be left out)."""
        return isinstance(node, Scalar) and bool(_VARIABLE.fullmatch(node.text.strip()))
