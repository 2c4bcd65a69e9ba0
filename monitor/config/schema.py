"""JSON Schema of every configuration file, so that an editor completes keys and marks mistakes while they are typed.

The schemas come from the same models that validate the files. They are also kept beside the shipped files (`config/.schema/`), which
name them in their first line (`# yaml-language-server: $schema=…`, as read by the YAML servers of VS Code, Neovim, Emacs, JetBrains).
A schema knows less than the loader: it does not read rules, compare files, or look up variables.
"""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from monitor.config.settings import Settings
from monitor.config.shapes import DigestsFile, FeedsFile
from monitor.config.topic_shapes import ListsFile, TopicFile

MODELS: dict[str, type[BaseModel]] = {
    "monitor": Settings,
    "feeds": FeedsFile,
    "digests": DigestsFile,
    "topic": TopicFile,
    "lists": ListsFile,
}


class _Written(GenerateJsonSchema):
    """Schemas of files as written: a section may stand empty, and defaults are shown as a person writes them."""

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """Allow null where it means the default, and leave out defaults that JSON cannot say (durations)."""
        if "default_factory" in schema:
            return {"anyOf": [self.generate_inner(schema["schema"]), {"type": "null"}]}
        if not isinstance(schema.get("default"), (str, int, float, bool, type(None))):
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)


def schema(kind: str) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of one kind of file: a key of `MODELS`."""
    model = MODELS[kind]
    document = model.model_json_schema(by_alias=True, schema_generator=_Written)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **document, "title": f"{kind}.yaml"}


def schemas() -> dict[str, dict[str, Any]]:
    """Return the schemas of all kinds of files by kind (`monitor config schema`)."""
    return {kind: schema(kind) for kind in MODELS}


def written(kind: str) -> str:
    """Return a schema as the text of its file in `config/.schema/`."""
    return json.dumps(schema(kind), indent=2, ensure_ascii=False) + "\n"
