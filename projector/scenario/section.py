"""The base of every map of the scenario language."""

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from pydantic import (
    BaseModel,
    ConfigDict,
    ModelWrapValidatorHandler,
    ValidationError,
    model_validator,
)

from projector.errors import nearest_name
from projector.scenario.faults import KEY, Fault, validation_error
from projector.scenario.numbers import kind_of

__all__ = ["Rule", "Section", "as_list"]


Rule = Callable[[dict[Any, Any]], Iterable[Fault]]


def _no_rule(_: dict[Any, Any]) -> Iterable[Fault]:
    return ()


def as_list(written: object) -> object:
    """One thing written without its list, as a list of it."""
    return written if isinstance(written, list | tuple) else [written]


class Section(BaseModel):
    """A map of the scenario: all its faults are found together, those of its parts included."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        use_attribute_docstrings=True,
    )
    other_keys: ClassVar[tuple[str, ...] | None] = ()
    """Keys beside the fields; None where any text may be one."""

    rule: ClassVar[Rule] = staticmethod(_no_rule)
    """What does not go together among the keys written."""

    @classmethod
    def field_keys(cls) -> list[str]:
        """The keys as they are written."""
        return [field.alias or name for name, field in cls.model_fields.items()]

    @model_validator(mode="wrap")
    @classmethod
    def _find_all_faults(cls, written: Any, handler: ModelWrapValidatorHandler["Section"]) -> Any:
        if isinstance(written, cls):
            return written
        if not isinstance(written, dict):
            expected = f"a map with {', '.join(cls.field_keys())}"
            message = f"{kind_of(written)} stands where a map is expected"
            raise validation_error([Fault(message, expected=expected)])
        unknown = {key: fault for key in written if (fault := cls._key_fault(key))}
        meant = {
            key: fault.nearest
            for key, fault in unknown.items()
            if fault.nearest is not None and fault.nearest not in written
        }
        by_meaning = {meant.get(key, key): value for key, value in written.items()}
        faults = [*unknown.values(), *cls.rule(by_meaning)]
        known = {key: value for key, value in written.items() if key not in unknown}
        try:
            section = handler(known)
        except ValidationError as error:
            raise validation_error(faults, error, not_missing=set(meant.values())) from None
        if faults:
            raise validation_error(faults)
        return section

    @classmethod
    def _key_fault(cls, key: str | int) -> Fault | None:
        if key in cls.field_keys():
            return None
        if not isinstance(key, str) and cls.other_keys is None:
            return Fault("codes are text: write '{found}' in quotes", (key, KEY))
        if cls.other_keys is None or key in cls.other_keys:
            return None
        allowed = [*cls.field_keys(), *cls.other_keys]
        return Fault(
            "unknown key",
            (key, KEY),
            expected="one of " + ", ".join(allowed),
            nearest=nearest_name(str(key), allowed),
        )
