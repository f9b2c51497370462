"""Emission lines of galaxies: where they are and which belong together."""

from typing import NamedTuple

import numpy as np


class Line(NamedTuple):
    """Lines of one ion whose ratio is fixed by atomic physics, or a single line.

    Attributes:
        name: The ion, or the line of hydrogen.
        components: Vacuum wavelength in Angstrom and part of the flux of each.
        template_shift: Angstrom by which kcorrect's templates have it too far red.
    """

    name: str
    components: tuple[tuple[float, float], ...]
    template_shift: float = 0.0


# Vacuum wavelengths of the NIST database (Kramida et al.). Ratios in [O III], [N II]
# are those of their transition probabilities (Storey & Zeippen 2000, MNRAS 312, 813);
# those of [O II] and [S II] hold at low density (Osterbrock & Ferland 2006, fig. 5.8).
LINES = (
    Line("[O II]", ((3727.09, 0.425), (3729.88, 0.575))),
    Line("[Ne III]", ((3869.86, 1.0),)),
    Line("H8", ((3890.15, 1.0),)),
    Line("H epsilon", ((3971.20, 1.0),)),
    Line("H delta", ((4102.89, 1.0),), 3.56),
    Line("H gamma", ((4341.69, 1.0),)),
    Line("H beta", ((4862.69, 1.0),)),
    Line("[O III]", ((4960.30, 0.251), (5008.24, 0.749))),
    Line("He I", ((5877.25, 1.0),)),
    Line("[O I]", ((6302.05, 1.0),)),
    Line("H alpha", ((6564.61, 1.0),)),
    Line("[N II]", ((6549.86, 0.247), (6585.27, 0.753))),
    Line("[S II]", ((6718.29, 0.575), (6732.67, 0.425))),
    Line("[Ar III]", ((7137.77, 0.806), (7753.24, 0.194))),
    Line("[O II] 7325", ((7322.0, 0.5), (7332.8, 0.5))),
    Line("Pa 11", ((8865.22, 1.0),)),
    Line("Pa 10", ((9017.38, 1.0),)),
    Line("Pa 9", ((9231.55, 1.0),)),
    Line("[S III] 9071", ((9071.1, 1.0),)),
    Line("[S III] 9533", ((9533.2, 1.0),), 1.64),
)
LINE_NAMES = tuple(line.name for line in LINES)
# In the templates there is a line where no galaxy has one: taken out, not put back.
SPURIOUS = Line("", ((6331.97, 1.0),))

# Which lines are so close that their heights are measured together.
LINE_GROUPS = (
    ("[O II]",),
    ("[Ne III]", "H8"),
    ("H epsilon",),
    ("H delta",),
    ("H gamma",),
    ("H beta",),
    ("[O III]",),
    ("He I",),
    ("[O I]",),
    ("H alpha", "[N II]"),
    ("[S II]",),
    ("[Ar III]",),
    ("[O II] 7325",),
    ("Pa 11",),
    ("Pa 10",),
    ("Pa 9",),
    ("[S III] 9071",),
    ("[S III] 9533",),
)


def components() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All single lines.

    Returns:
        Vacuum wavelengths in Angstrom, parts of the flux, and the number of the line in
        `LINES` that each belongs to; three arrays of one shape.
    """
    rows = [
        (wavelength, part, number)
        for number, line in enumerate(LINES)
        for wavelength, part in line.components
    ]
    wavelengths, parts, numbers = zip(*rows, strict=True)
    return np.array(wavelengths), np.array(parts), np.array(numbers)
