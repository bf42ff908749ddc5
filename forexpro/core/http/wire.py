"""JSON that was recorded, as answers have it: ids are text, times end with `Z`."""

import re
from typing import Any

_UTC = "+00:00"
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00")


def as_answered(value: Any) -> Any:
    """Return JSON in which every number called `id` or `…_id` is text, and every moment in UTC ends with `Z`."""
    if isinstance(value, str):
        return f"{value[: -len(_UTC)]}Z" if value.endswith(_UTC) and _MOMENT.fullmatch(value) else value
    if isinstance(value, dict):
        return {
            key: str(item) if isinstance(item, int) and (key == "id" or key.endswith("_id")) else as_answered(item)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [as_answered(item) for item in value]
    return value
