"""The lamps that headers say were burning."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

# Keywords that name the lamp in use.
LAMP_KEYS = (
    *("LAMPID", "LAMP", "LAMPNAME", "LAMPPOS", "CALLAMP", "COMPLAMP", "LMP_ID"),
    *("LAMPS", "SCLAMP", "CALSOURCE", "LAMPCAL", "CAGLAMPS"),
)
# Keywords that name a lamp, and the one beside each that tells whether it burns.
SWITCHED_LAMPS = {f"LAMP{i}TYP": f"LAMP{i}SET" for i in (1, 2)}
# Keywords that are a lamp themselves, by what it is for: those of Keck, of Lick (1 to 5
# light the dome), of SOAR, of SDSS.
LAMP_SWITCHES = {
    "arc": (
        *("MERCURY", "NEON", "ARGON", "CADMIUM", "ZINC", "KRYPTON", "XENON", "FEARGON"),
        *(f"LAMPSTA{letter}" for letter in "ABCDEFGHIJK"),
        *("LAMP_HGA", "LAMP_NE", "LAMP_AR", "LAMP_FE", "LAMP_CU", "HGNE"),
    ),
    "flat": (
        *("HALOGEN", "DEUTERI", "FLAMP1", "FLAMP2", "FLIMAGIN", "FLSPECTR"),
        *(f"LAMPSTA{number}" for number in range(1, 6)),
        *("LAMP_QUA", "LAMP_BUL", "LAMP_DOM", "LDLS", "QUARTZ"),
    ),
}
ON_WORDS = ("on", "true", "t", "1", "yes")
OFF_WORDS = ("off", "false", "f", "0", "no")


def burning_lamps(
    header: Mapping[str, Any], kind_of: Callable[[str], str | None]
) -> Iterator[tuple[str, str]]:
    """What the lamps that burn are for.

    Args:
        header: Upper-case keywords to values.
        kind_of: Returns the kind of frame that a lamp's name stands for, or None.

    Yields:
        "arc" or "flat", and the words of the header that say so.
    """
    for key, switch in (*SWITCHED_LAMPS.items(), *((key, "") for key in LAMP_KEYS)):
        name = str(header.get(key, "")).strip()
        if name and _state(header.get(switch)) not in OFF_WORDS:
            kind = kind_of(name)
            if kind in ("arc", "flat"):
                yield kind, f"{key}={name}"
    for kind, keys in LAMP_SWITCHES.items():
        for key in keys:
            if _state(header.get(key)) in ON_WORDS:
                yield kind, f"{key}={header[key]}"


def _state(value: Any) -> str:
    return str(value).strip().lower()
