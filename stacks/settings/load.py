"""Reads the settings of the chosen environment from CDK's context."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from stacks.settings.combinations import refuse_impossible
from stacks.settings.environment import EnvironmentSettings
from stacks.settings.error import SettingsError
from stacks.settings.images import SCIKIT_LEARN, regions
from stacks.settings.keys import is_ours, nearest

CHOICE = "environment"
DEFINITIONS = "environments"


def read_settings(context: Mapping[str, Any]) -> EnvironmentSettings:
    """Return the validated settings of the environment that the context names.

    A key is a setting when its first part names a section or it is spelled almost like a setting;
    all other keys are ignored.

    Args:
        context: CDK's context: `environment`, `environments`, overrides such as `training.epochs`,
            and keys of CDK and of other projects.

    Raises:
        SettingsError: for the first unknown or invalid setting.
    """
    values = _chosen(context)
    for key, value in context.items():
        if key not in {CHOICE, DEFINITIONS} and is_ours(key, value, SECTIONS):
            _override(values, key, value)
    try:
        settings = EnvironmentSettings.model_validate(values)
    except ValidationError as error:
        raise _refusal(error.errors()[0]) from None
    _require_images(settings)
    refuse_impossible(settings)
    return settings


def _require_images(settings: EnvironmentSettings) -> None:
    """Refuse a region where AWS does not offer an image that the settings need."""
    training, serving = settings.training, settings.endpoint.image
    trains = training.model_data is None or settings.retraining.schedule is not None
    needed = {
        "training": trains and training.image is None,
        "serving": serving is None,
        SCIKIT_LEARN: serving == SCIKIT_LEARN,
    }
    for purpose, needs in needed.items():
        offered = regions(purpose)
        if needs and settings.region not in offered:
            raise SettingsError(
                "region", settings.region, f"AWS offers the {purpose} image in {', '.join(offered)}"
            )


def _chosen(context: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of the chosen environment's block, with its name."""
    environments = context.get(DEFINITIONS)
    if not isinstance(environments, dict) or not environments:
        raise SettingsError(
            DEFINITIONS, environments, "must be one block of settings for each environment"
        )
    name = context.get(CHOICE)
    if not isinstance(name, str) or name not in environments:
        raise SettingsError(CHOICE, name, f"must be one of {', '.join(sorted(environments))}")
    block = environments[name]
    if not isinstance(block, dict):
        raise SettingsError(f"{DEFINITIONS}.{name}", block, "must be a block of settings")
    if CHOICE in block:
        raise SettingsError(
            f"{DEFINITIONS}.{name}.{CHOICE}",
            block[CHOICE],
            "remove it; the block's name is the environment",
        )
    return {
        CHOICE: name,
        **{key: dict(value) if isinstance(value, dict) else value for key, value in block.items()},
    }


def _override(values: dict[str, Any], key: str, value: Any) -> None:
    section, _, name = key.partition(".")
    field = EnvironmentSettings.model_fields.get(section)
    if field is None or section == CHOICE:
        raise SettingsError(key, str(value), _names(EnvironmentSettings, near=key))
    model = _section(field)
    if model is None:
        if name:
            raise SettingsError(key, value, _names(EnvironmentSettings, near=key))
        values[section] = value
        return
    if name not in model.model_fields and model.model_config["extra"] != "allow":
        raise SettingsError(key, value, _names(model, f"{section}.", near=key))
    block = values.setdefault(section, {})
    if not isinstance(block, dict):
        raise SettingsError(section, block, _names(model, f"{section}."))
    block[name] = value


def _section(field: FieldInfo) -> type[BaseModel] | None:
    kind = field.annotation
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


SECTIONS = {
    **{
        name: (list(model.model_fields) or ["*"]) if (model := _section(field)) else []
        for name, field in EnvironmentSettings.model_fields.items()
    },
    DEFINITIONS: [],
}


def _names(model: type[BaseModel], prefix: str = "", *, near: str = "") -> str:
    """Return the names of a model's settings for a message, and the one nearest to a wrong key."""
    names = [
        f"{prefix}{name}" + ("" if _section(field) is None else ".*")
        for name, field in model.model_fields.items()
    ]
    meant = nearest(near, SECTIONS)
    return f"the settings are {', '.join(names)}" + (f"; did you mean {meant}?" if meant else "")


def _refusal(error: ErrorDetails) -> SettingsError:
    """Turn an error from pydantic into one line that says what is allowed."""
    path = [str(part) for part in error["loc"] if isinstance(part, str | int)]
    path = path[:2]  # a third part names a member of a union
    field = EnvironmentSettings.model_fields.get(path[0])
    model = _section(field) if field else None
    value = None if error["type"] == "missing" else error["input"]
    if error["type"] == "extra_forbidden" or (model and len(path) == 1):
        prefix = f"{path[0]}." if model else ""
        allowed = _names(model or EnvironmentSettings, prefix, near=".".join(path))
    elif error["type"] == "value_error":
        allowed = f"must be {error['ctx']['error']}"
        value = "" if value is None else value
    else:
        allowed = error["msg"][0].lower() + error["msg"][1:]
    return SettingsError(".".join(path), value, allowed)
