"""Reading settings from the environment and a `.env` file, strictly: every fault is found and named."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, TypeVar

T = TypeVar("T")

_LINE: Final = re.compile(r"^(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)$")
_TRUE, _FALSE = frozenset({"1", "true", "yes", "on"}), frozenset({"0", "false", "no", "off"})


class SettingsError(Exception):
    """The settings cannot be used; `faults` are sentences, one per setting."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def read_dotenv(path: Path) -> dict[str, str]:
    """The settings in a `.env` file; none if there is no such file.

    `NAME=value` lines, `#` comments, optional `export`, values bare, in single quotes (taken literally) or
    in double quotes (with `\\n`, `\\"` and `\\\\`). Raises `SettingsError` naming each line it cannot read.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError([f"{path} cannot be read: {error}"]) from error
    settings, faults = {}, []
    for number, line in enumerate(map(str.strip, text.splitlines()), 1):
        if not line or line.startswith("#"):
            continue
        try:
            name, value = _assignment(line)
            settings[name] = value
        except ValueError as error:
            faults.append(f"{path}, line {number}: {error}")
    if faults:
        raise SettingsError(faults)
    return settings


def _assignment(line: str) -> tuple[str, str]:
    found = _LINE.match(line)
    if found is None:
        raise ValueError("expected NAME=value")
    name, value = found.groups()
    if value[:1] in {"'", '"'}:
        return name, _quoted(value)
    return name, re.split(r"\s+#", value, maxsplit=1)[0].strip()


def _quoted(value: str) -> str:
    quote = value[0]
    pattern = r"'([^']*)'" if quote == "'" else r'"((?:[^"\\]|\\.)*)"'
    found = re.match(pattern + r"\s*(?:#.*)?$", value)
    if found is None:
        raise ValueError("the quotes are not closed, or something follows them")
    if quote == "'":
        return found[1]
    return re.sub(r"\\(.)", lambda escape: "\n" if escape[1] == "n" else escape[1], found[1])


class Reader:
    """Takes typed values out of settings, and collects the faults. An empty value is as good as none."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values
        self.faults: list[str] = []

    def text(self, name: str, default: str = "") -> str:
        return self._values.get(name, "").strip() or default

    def choice(self, name: str, choices: tuple[str, ...], default: str) -> str:
        value = self.text(name, default)
        if value in choices:
            return value
        self.faults.append(f"{name} is one of {', '.join(choices)}, not {value!r}")
        return default

    def whole(self, name: str, default: int, *, low: int, high: int) -> int:
        """A whole number from `low` to `high`."""

        def convert(text: str) -> int:
            number = int(text)
            if not low <= number <= high:
                raise ValueError
            return number

        return self.converted(name, default, convert, f"a whole number from {low} to {high}")

    def flag(self, name: str, default: bool) -> bool:
        value = self.text(name).lower()
        if value in _TRUE or value in _FALSE or not value:
            return value in _TRUE if value else default
        self.faults.append(f"{name} is true or false, not {value!r}")
        return default

    def words(self, name: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """A list, with commas between its words."""
        return tuple(word.strip() for word in self.text(name).split(",") if word.strip()) or default

    def converted(self, name: str, default: T, convert: Callable[[str], T], wanted: str) -> T:
        """What `convert` makes of the value; a `ValueError` of it is the fault "NAME is not `wanted`"."""
        text = self.text(name)
        if not text:
            return default
        try:
            return convert(text)
        except ValueError:
            self.faults.append(f"{name} is not {wanted}")
            return default
