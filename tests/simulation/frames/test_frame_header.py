import collections
import types
import warnings

import pytest
from astropy.coordinates import Angle
from astropy.io import fits

from mesa_keras.simulation.frames import FRAME_CLASSES, FrameSimulation, simulate_frame
from mesa_keras.simulation.frames.frame_header import DIALECTS
from mesa_keras.simulation.frames.header_amateur import pointing
from mesa_keras.simulation.frames.header_facts import Verbatim

SIMULATION = FrameSimulation(seed=8, max_size=64, cameras=3000)


@pytest.fixture(scope="module")
def frames():
    return [simulate_frame(SIMULATION, c, n) for c in FRAME_CLASSES for n in range(40)]


def test_most_headers_are_right_few_are_wrong_some_are_silent(frames):
    kinds = collections.Counter(frame.header.kind for frame in frames)
    total = sum(kinds.values())
    assert set(kinds) == {"right", "wrong", "silent"}
    assert 0.02 < kinds["wrong"] / total < 0.12
    assert 0.1 < kinds["silent"] / total < 0.4


def test_every_program_writes_some(frames):
    dialects = {frame.header.dialect for frame in frames}
    assert dialects >= set(DIALECTS)


def test_plates_and_cut_outs_have_headers_of_their_own():
    skies = [simulate_frame(SIMULATION, "deep_sky", n) for n in range(100)]
    assert {"plate", "survey"} <= {frame.header.dialect for frame in skies}


def test_tiff_files_have_no_header(frames):
    tiff = [frame for frame in frames if frame.name.endswith((".tif", ".tiff"))]
    assert tiff
    for frame in tiff:
        assert frame.header.cards == ()
        assert frame.header.kind == "silent"


@pytest.mark.parametrize(
    ("ra", "dec"), [(123.45678, -0.5), (10.0, -12.25), (359.99999, 0.2), (0.24999, 80)]
)
def test_sexagesimal_pointing_reads_back(ra, dec):
    site = types.SimpleNamespace(names_pointing=True, latitude=52.4, longitude=13.0)
    facts = types.SimpleNamespace(
        site=site, pointing=lambda: (ra, dec), airmass=lambda: 1.2
    )
    cards = dict(pointing(facts))
    assert " 60" not in cards["OBJCTRA"]
    assert Angle(cards["OBJCTRA"], "hourangle").deg == pytest.approx(ra, abs=1e-4)
    # Programs cut off the seconds of the declination.
    assert Angle(cards["OBJCTDEC"], "deg").deg == pytest.approx(dec, abs=1 / 60)


def test_cards_are_valid_fits(frames):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for frame in frames:
            for key, value in frame.header.cards:
                if not isinstance(value, Verbatim):
                    image = fits.Card(key, value).image
                    assert len(image) % 80 == 0
                    assert fits.Card.fromstring(image).value == value


WORDS = {
    "bias": ("bias", "zero"),
    "darks": ("dark",),
    "flats": ("flat",),
    "deep_sky": ("light", "object", "science", "snapshot", "expose", "standard", "std",
                 "spectrum"),
}  # fmt: skip


@pytest.mark.parametrize("label", WORDS)
def test_right_headers_name_the_kind(frames, label):
    for frame in frames:
        if frame.truth["label"] != label or frame.header.kind != "right":
            continue
        told = [
            str(value).lower()
            for key, value in frame.header.cards
            if key in ("IMAGETYP", "OBSTYPE", "HIERARCH ESO DPR TYPE")
        ]
        assert all(any(word in text for word in WORDS[label]) for text in told), told


def test_no_header_tells_the_class_by_a_keyword_of_its_own(frames):
    for frame in frames:
        for key, value in frame.header.cards:
            assert key.isascii()
            label = frame.truth["label"]
            assert "_" not in label or label not in str(value).lower()
            assert "simulat" not in str(value).lower() or value == "Simulator"
