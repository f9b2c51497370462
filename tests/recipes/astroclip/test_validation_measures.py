import numpy as np
import pytest

from mesa_keras.recipes.astroclip.validation_measures import (
    measure_vectors,
    redshift_scores,
)

RNG = np.random.default_rng(0)


def on_a_curve(z, noise):
    points = np.stack([np.cos(3 * z), np.sin(3 * z), 0 * z], axis=1)
    points = points + noise * RNG.normal(size=points.shape)
    return (points / np.linalg.norm(points, axis=1, keepdims=True)).astype("f4")


def views(z, image_noise=0.2, spectrum_noise=0.01):
    return {
        "image": on_a_curve(z, image_noise),
        "spectrum": on_a_curve(z, spectrum_noise),
    }


def test_redshifts_are_found_in_all_directions():
    z, known = RNG.uniform(0, 1, size=300), RNG.uniform(0, 1, size=1000)
    scores = redshift_scores(views(z), views(known), z, known, 16)
    assert set(scores) == {
        f"redshift_r2_{a}_{b}"
        for a in ("image", "spectrum")
        for b in ("image", "spectrum")
    }
    assert scores["redshift_r2_spectrum_spectrum"] > 0.99
    assert 0.5 < scores["redshift_r2_image_image"] < 0.99
    # The number of neighbours matters.
    few = redshift_scores(views(z), views(known), z, known, 1)
    assert few["redshift_r2_image_image"] < scores["redshift_r2_image_image"]


def test_rows_without_a_view_are_left_out():
    z, known = RNG.uniform(0, 1, size=50), RNG.uniform(0, 1, size=60)
    query, reference = views(z), views(known)
    query["image"][3], reference["spectrum"][5] = np.nan, np.nan
    whole = redshift_scores(query, reference, z, known, 4)
    keep, rest = np.arange(50) != 3, np.arange(60) != 5
    without = redshift_scores(
        {name: array[keep] for name, array in query.items()},
        {name: array[rest] for name, array in reference.items()},
        z[keep],
        known[rest],
        4,
    )
    name = "redshift_r2_image_spectrum"
    assert whole[name] == pytest.approx(without[name])
    assert measure_vectors(query) == measure_vectors(
        {name: array[keep] for name, array in query.items()}
    )


def test_more_neighbours_than_references_are_all_of_them():
    z, known = RNG.uniform(0, 1, size=5), RNG.uniform(0, 1, size=7)
    scores = redshift_scores(views(z), views(known), z, known, 16)
    assert max(scores.values()) <= 0


def test_equal_views_are_perfect_pairs():
    vectors = on_a_curve(RNG.uniform(0, 2, size=40), 0.3)
    found = measure_vectors({"image": vectors, "spectrum": vectors})
    assert found["image_to_spectrum_recall@1"] == 1
    assert found["spectrum_to_image_recall@10"] == 1
    assert found["alignment"] == pytest.approx(0, abs=1e-9)
    assert found["modality_gap"] == pytest.approx(0, abs=1e-9)
    assert found["uniformity_image"] == found["uniformity_spectrum"] < 0
