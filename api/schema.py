"""What drf-spectacular cannot see by itself: the refusals every operation may give, and that inputs are closed."""

from __future__ import annotations

from typing import Any

from .errors import MEDIA_TYPE
from .problems import KINDS

_WITH_BODY = ("post", "put", "patch")
_METHODS = ("get", "delete", *_WITH_BODY)

PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "Problem details (RFC 9457).",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "enum": [kind.type for kind in KINDS.values()]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable; more exact than `type`."},
        "detail": {"type": "string", "description": "In the language of `Accept-Language` (ky, ru, en)."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["code", "detail"],
                "properties": {
                    "pointer": {"type": "string", "description": "JSON pointer into the body."},
                    "parameter": {"type": "string", "description": "Name of a query parameter."},
                    "header": {"type": "string", "description": "Name of a header."},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
        "data": {"type": "object", "description": "Facts behind the refusal.", "additionalProperties": True},
    },
}


def problems(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Add the problem responses and close the input schemas (a post-processing hook)."""
    components = result.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for name, schema in schemas.items():
        if name.endswith("Input") and schema.get("type") == "object":
            schema["additionalProperties"] = False
    schemas["Problem"] = PROBLEM
    components["responses"] = {
        f"Problem{status}": {
            "description": " / ".join(str(kind.title) for kind in KINDS.values() if kind.status == status),
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in sorted({kind.status for kind in KINDS.values()})
    }
    for path, operations in result.get("paths", {}).items():
        for method, operation in operations.items():
            if method in _METHODS:
                for status in _statuses(path, method):
                    operation["responses"].setdefault(str(status), {"$ref": f"#/components/responses/Problem{status}"})
    return result


def _statuses(path: str, method: str) -> list[int]:
    found = [400, 401, 406, 429]  # a wrong token is refused everywhere
    if "{" in path or method in _WITH_BODY:
        found.append(404)
    if method in _WITH_BODY:
        found += [403, 409, 413, 415]
    return sorted(found)
