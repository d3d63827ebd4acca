"""A JSON Schema of devdash.toml, for editors that complete and check TOML."""

import json
from collections.abc import Mapping
from inspect import getdoc
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec

from devdash.config.alerts import AlertsConfig
from devdash.config.history import HistoryConfig
from devdash.config.keys import GLOBAL_KEYS
from devdash.config.model import DashboardConfig, PolicyConfig
from devdash.config.plain import plain
from devdash.config.plugins import PluginProblem, PluginTable
from devdash.config.values import DURATION_PATTERN
from devdash.contract.settings import Duration, Secret

Json = dict[str, object]

_TEXT: Json = {"type": "string", "minLength": 1}
_SECRET_FORMS: Mapping[str, Json] = {
    "env": _TEXT,
    "file": _TEXT,
    "command": {"type": "array", "items": {"type": "string"}, "minItems": 1},
    "keyring": _TEXT,
}


def schema(plugins: PluginTable) -> str:
    """The schema as JSON text. A plug-in that cannot be loaded is left out."""
    panes: dict[str, Json] = {}
    for name in plugins.names():
        try:
            panes[name] = _definition(f"panes.{name}", plugins.config_type(name))
        except (PluginProblem, TypeError, NotImplementedError):  # the last two: a type that TOML has not
            continue
    alerts = _definition("alerts", AlertsConfig)
    _tell_channels_by_name(alerts)
    definitions: Json = {
        **_definition("devdash", DashboardConfig),
        **_definition("policy", PolicyConfig),
        **alerts,
        **_definition("history", HistoryConfig),
        "pane": _any_pane(list(panes)),
    }
    for definition in panes.values():
        definitions |= definition
    tables: Json = {
        "devdash": _reference("devdash"),
        "panes": _panes(list(panes)),
        "keys": _keys(),
        "policy": _reference("policy"),
        "alerts": _reference("alerts"),
        "history": _reference("history"),
    }
    whole: Json = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "devdash.toml",
        "type": "object",
        "properties": tables,
        "additionalProperties": False,
        "$defs": definitions,
    }
    return json.dumps(whole, indent=2, ensure_ascii=False)


def _tell_channels_by_name(alerts: dict[str, Any]) -> None:
    """`type` may be left out of a channel whose name is one."""
    channel = alerts["alerts.AlertsConfig"]["properties"]["channel"]
    any_type = channel["additionalProperties"]
    references: dict[str, str] = any_type["discriminator"]["mapping"]
    for reference in references.values():
        alerts[reference.removeprefix("#/$defs/")]["required"].remove("type")
    any_type["required"] = ["type"]
    channel["properties"] = {
        name: {"if": {"required": ["type"]}, "then": any_type, "else": {"$ref": reference}}
        for name, reference in references.items()
    }


def _definition(name: str, kind: type[msgspec.Struct]) -> Json:
    """A table's definition and those of the structs in it, in its own name space."""
    twin = _twin(kind, {})
    (top,), parts = msgspec.json.schema_components(
        (twin,), schema_hook=_hook, ref_template=f"#/$defs/{name}.{{name}}"
    )
    return {name: top, **{f"{name}.{part}": value for part, value in parts.items()}}


def _hook(kind: type) -> Json:
    if issubclass(kind, Duration):
        text: Json = {"type": "string", "pattern": f"^{DURATION_PATTERN}$"}
        return {"description": kind.__doc__ or "", "anyOf": [text, {"type": "number"}]}
    if kind is Secret:
        forms = [
            {"type": "object", "properties": {key: form}, "required": [key], "additionalProperties": False}
            for key, form in _SECRET_FORMS.items()
        ]
        return {"description": "A reference to a secret, never the secret itself.", "oneOf": forms}
    if issubclass(kind, Path):
        return {"description": 'A path, relative to this file; "~" is the home folder.', **_TEXT}
    raise NotImplementedError


def _twin(kind: type[msgspec.Struct], known: dict[type, type[msgspec.Struct]]) -> type[msgspec.Struct]:
    """`kind` with defaults as TOML writes them: msgspec cannot describe a default such as a path."""
    if kind in known:
        return known[kind]
    known[kind] = msgspec.Struct  # a struct that contains itself is described once only
    fields: list[tuple[str, object, object]] = []
    for field in msgspec.structs.fields(kind):
        known_default = _default(field)
        default = msgspec.field(name=field.encode_name, default=known_default)
        if known_default is msgspec.NODEFAULT and not field.required:
            default = msgspec.field(name=field.encode_name, default_factory=_nothing)
        fields.append((field.name, _twin_type(field.type, known), default))
    doc = {"__doc__": getdoc(kind)}
    form = kind.__struct_config__
    twin = msgspec.defstruct(
        kind.__name__,
        fields,
        kw_only=True,
        forbid_unknown_fields=form.forbid_unknown_fields,
        namespace=doc,
        tag_field=form.tag_field,
        tag=form.tag,
    )
    known[kind] = twin
    return twin


def _default(field: msgspec.structs.FieldInfo) -> object:
    """The default to describe; NODEFAULT for none, or for one that msgspec would share between structs."""
    value = field.default
    if value is msgspec.NODEFAULT and field.default_factory is not msgspec.NODEFAULT:
        value = field.default_factory()
    value = value if value is msgspec.NODEFAULT else plain(value)
    if isinstance(value, list):
        return tuple(value)
    return msgspec.NODEFAULT if isinstance(value, dict) else value


def _nothing() -> None:
    """The default factory of a field whose default is not described."""


def _twin_type(kind: Any, known: dict[type, type[msgspec.Struct]]) -> Any:
    """An annotation with the structs in it replaced by their twins."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return _twin(kind, known)
    origin, args = get_origin(kind), get_args(kind)
    if origin is None or origin is Literal:
        return kind
    if origin is Annotated:
        return Annotated[(_twin_type(args[0], known), *args[1:])]
    new = tuple(_twin_type(arg, known) for arg in args)
    return Union[new] if origin in (Union, UnionType) else origin[new]  # noqa: UP007  # made at run time


def _reference(name: str) -> Json:
    return {"$ref": f"#/$defs/{name}"}


def _panes(plugins: list[str]) -> Json:
    """Tables by name: the plug-in's of that name, unless `plugin` names another one."""
    named: Json = {
        name: {
            "if": {"required": ["plugin"]},
            "then": _reference("pane"),
            "else": _reference(f"panes.{name}"),
        }
        for name in plugins
    }
    return {"type": "object", "properties": named, "additionalProperties": _reference("pane")}


def _any_pane(plugins: list[str]) -> Json:
    """A pane that says which plug-in it uses."""
    choices = [
        {"if": {"properties": {"plugin": {"const": name}}}, "then": _reference(f"panes.{name}")}
        for name in plugins
    ]
    return {
        "type": "object",
        "properties": {"plugin": {"type": "string"}},
        "required": ["plugin"],
        **({"allOf": choices} if choices else {}),
    }


def _keys() -> Json:
    known: Json = {
        key.id: {"type": "string", "description": key.title, "default": key.key} for key in GLOBAL_KEYS
    }
    action: Json = {
        "anyOf": [{"type": "string"}, {"type": "object", "additionalProperties": {"type": "string"}}]
    }
    return {"type": "object", "properties": known, "additionalProperties": action}
