import dataclasses
import subprocess
import sys

import numpy as np
import pytest

from mesa_keras.readers import NO_USABLE_VALUE, read_candidates, read_views
from mesa_keras.recipes.mesa.config import (
    DISPOSITIONS,
    KEPLER12_PLANET_FEATURES,
    KEPLER12_STELLAR_FEATURES,
)
from mesa_keras.recipes.mesa.data import load_data
from mesa_keras.recipes.mesa.data_checks import check_trainable
from mesa_keras.recipes.mesa.derived_features import DERIVED_COLUMNS
from mesa_keras.recipes.mesa.stars import KnownStars

LABELS = ("PC", "FP")
FEATURES = {"planet_features": ("period", "depth"), "stellar_features": ("rho",)}
TABLE = """object_id,star_id,period,depth,rho,label
a,1,1.5,100,1.4,PC
b,1,inf,200,,FP
c,2,,,,FP
"""


def write(folder, text=TABLE, name="t.csv"):
    (folder / name).write_text(text)
    return folder / name


def write_views(folder, ids=("c", "a", "b"), **arrays):
    arrays = arrays or {"global_view": np.arange(12.0).reshape(3, 4)}
    np.savez(folder / "views.npz", object_id=np.array(ids), **arrays)


def load(path, **kwargs):
    defaults = {"labels": LABELS, "simulate_missing": False, **FEATURES}
    return load_data(path, **{**defaults, **kwargs})


def test_arrays_keep_the_order_of_rows(tmp_path):
    write_views(tmp_path)
    data = load(write(tmp_path))
    assert data.object_id.tolist() == ["a", "b", "c"]
    assert data.star_id.tolist() == ["1", "1", "2"]
    assert data.label.tolist() == [0, 1, 1]
    assert data.label.dtype == np.int32
    nan = np.nan
    expected = np.array([[1.5, 100], [nan, 200], [nan, nan]], dtype=np.float32)
    np.testing.assert_array_equal(data.planet_features, expected)
    assert data.planet_features.dtype == np.float32
    assert data.light_curve_source == "views"
    assert data.view_convention == "median0_min-1"
    assert data.views["global_view"][:, 0].tolist() == [4, 8, 0]
    # An object with a light curve is usable, whatever its row lacks.
    assert data.faults.tolist() == ["", "period=inf is not finite", ""]
    assert data.missing() == [
        (),
        ("stellar_features",),
        ("planet_features", "stellar_features"),
    ]
    assert set(data.inputs()) == {"planet_features", "stellar_features", "global_view"}


def test_take_keeps_rows_together(tmp_path):
    write_views(tmp_path)
    data = load(write(tmp_path)).take([2, 0])
    assert len(data) == 2
    assert data.object_id.tolist() == ["c", "a"]
    assert data.label.tolist() == [1, 0]
    assert data.views["global_view"][:, 0].tolist() == [0, 4]
    assert data.inputs()["planet_features"].shape == (2, 2)
    assert len(data.take([])) == 0


def test_without_light_curves(tmp_path):
    data = load(write(tmp_path), expected_views={"global_view": 5})
    assert data.light_curve_source == "none"
    assert data.view_convention is None
    assert np.isnan(data.views["global_view"]).all()
    assert data.views["global_view"].shape == (3, 5)
    assert data.faults.tolist()[2] == NO_USABLE_VALUE
    assert data.missing()[0] == ("global_view",)


def test_absent_columns_and_derived_features(tmp_path):
    text = "object_id,period,depth,stellar_radius,label\na,10,84.05,1,PC\n"
    data = load(
        write(tmp_path, text),
        stellar_features=("stellar_radius", "stellar_temp"),
        derived_features=True,
    )
    assert data.planet_columns == ("period", "depth", *DERIVED_COLUMNS)
    assert data.planet_features.shape == (1, 7)
    radius = data.planet_features[0, data.planet_columns.index("depth_radius")]
    assert radius == pytest.approx(1, abs=1e-4)
    assert np.isnan(data.stellar_features[0, 1])
    assert "column stellar_temp is absent: it is missing for all rows" in data.warnings
    # A saved model asks for derived columns by their names.
    again = load(
        data.path,
        planet_features=data.planet_columns,
        stellar_features=data.stellar_columns,
    )
    np.testing.assert_array_equal(again.planet_features, data.planet_features)


def test_inline_light_curves(tmp_path):
    text = "label,period,flux_0,flux_1\nPC,1,0.5,0.25\nFP,2,,\n"
    data = load(write(tmp_path, text))
    assert data.light_curve_source == "inline"
    np.testing.assert_array_equal(
        data.views["flux"], np.array([[0.5, 0.25], [np.nan, np.nan]], np.float32)
    )
    assert data.missing()[1] == ("stellar_features", "flux")
    with pytest.raises(ValueError, match="without a gap"):
        load(write(tmp_path, "label,flux_0,flux_2\nPC,1,2\n"))


def test_views_of_a_built_model(tmp_path):
    path = write(tmp_path)
    write_views(tmp_path)
    data = load(path, expected_views={"local_view": 3, "global_view": 4})
    assert list(data.views) == ["local_view", "global_view"]
    assert "no local_view" in " ".join(data.warnings)
    assert np.isnan(data.views["local_view"]).all()
    message = r"t\.csv: view 'global_view' has 4 steps, and the model expects 5"
    with pytest.raises(ValueError, match=message):
        load(path, expected_views={"global_view": 5})
    with pytest.raises(ValueError, match=r"convention 'median0_min-1'.*'median1'"):
        load(path, expected_views={"global_view": 4}, expected_convention="median1")


def test_unlabelled_and_partly_labelled(tmp_path):
    data = load(write(tmp_path, "period\n1\n2\n"), require_labels=False)
    assert data.label is None
    path = write(tmp_path, "period,label\n1,PC\n2,\n3,EB\n")
    data = load(path, require_labels=False)
    assert data.label.tolist() == [0, -1, -1]
    assert "1 of 2 labels are none of PC, FP" in data.warnings
    assert load(path, labels=("X", "Y"), require_labels=False).label is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"planet_features": ("koi_score",)}, "koi_score"),
        ({"stellar_features": ("label",)}, "label"),
        ({"stellar_features": ("period",)}, "'period' is named twice"),
        ({"stellar_features": ("star_id",)}, "names rows and is no feature"),
        ({"columns": {"period": "tfopwg_disp"}}, "tfopwg_disp"),
        ({"planet_features": ("soltype",)}, "soltype"),
        ({"leaking": ("per*",)}, "period"),
        ({"columns": {"label": "rho"}}, "'rho' gives the label away"),
        ({"columns": {"label": "rho", "depth": "rho"}}, "'rho' gives the label away"),
        ({"views_path": "t.csv"}, "not a .npz archive"),
        ({"labels": ("PC",)}, "unknown label 'FP'"),
    ],
)
def test_faults_of_the_call(tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=message):
        load(write(tmp_path), **arguments)


def test_a_leaking_name_may_give_the_label_and_the_id(tmp_path):
    path = write(tmp_path, "kepoi_name,cls,period\nK1,PC,1\nK2,FP,2\n")
    data = load(path, columns={"object_id": "kepoi_name", "label": "cls"})
    assert data.object_id.tolist() == ["K1", "K2"]


def test_nothing_to_learn_from(tmp_path):
    with pytest.raises(ValueError, match=r"t\.csv: none of the features asked for"):
        load(write(tmp_path, "object_id,label,other\na,PC,1\n"))


def test_one_class_cannot_be_trained(tmp_path):
    data = load(write(tmp_path))
    check_trainable(data)
    with pytest.raises(ValueError, match=r"two classes or more\. Received: FP"):
        check_trainable(data.take([1, 2]))


def shared(known, data):
    """How many rows are of stars that were trained on."""
    return int(KnownStars.of([known]).rows(data).sum())


def test_shared_stars(tmp_path):
    data = load(write(tmp_path))
    assert shared(data.take([0, 1]), data.take([2])) == 0
    assert shared(data.take([0]), data.take([1, 2])) == 1
    written = load(write(tmp_path, TABLE.replace(",1,", ",KIC 001,")))
    assert shared(data.take([0]), written) == 2
    assert shared(written.take([0]), data) == 2
    unnamed = load(write(tmp_path, "period,label\n1,PC\n2,FP\n"))
    assert shared(unnamed, unnamed) == 0


def test_a_number_is_another_star_in_another_catalogue(tmp_path):
    plain = load(write(tmp_path))
    kepler, tess = (
        dataclasses.replace(plain, star_catalogue=name) for name in ("KIC", "TIC")
    )
    assert shared(kepler, tess) == 0
    assert shared(kepler, kepler) == shared(kepler, plain) == len(plain)
    prefixed = load(write(tmp_path, TABLE.replace(",1,", ",TIC 001,")))
    assert shared(kepler.take([0]), prefixed.take([0])) == 0
    for other in (tess, plain):
        assert shared(other.take([0]), prefixed.take([0])) == 1


def test_real_surveys_of_other_missions_share_no_star(real_data):
    kepler = load_real(real_data / "koi", "train", DISPOSITIONS)
    tess = load_real(real_data / "tess_tce", "train", ("PC", "EB", "J"))
    rows = len(kepler)
    same_numbers = dataclasses.replace(tess.take(range(rows)), star_id=kepler.star_id)
    assert shared(kepler, same_numbers) == 0
    events = load_real(real_data / "kepler_tce", "train", ("PC", "AFP", "NTP"))
    assert shared(kepler, events) > 0


def test_fingerprint_follows_table_and_views(tmp_path):
    path = write(tmp_path)
    prints = {load(path).fingerprint}
    write_views(tmp_path)
    prints.add(load(path).fingerprint)
    write(tmp_path, TABLE.replace("1.5", "1.6"))
    prints.add(load(path).fingerprint)
    assert len(prints) == 3


def load_real(folder, name, labels, **kwargs):
    return load_data(
        next(folder.glob(f"{name}_data.csv*")),
        labels=labels,
        planet_features=KEPLER12_PLANET_FEATURES,
        stellar_features=KEPLER12_STELLAR_FEATURES,
        **kwargs,
    )


@pytest.mark.parametrize(
    ("folder", "labels", "absent"),
    [
        ("koi", DISPOSITIONS, 0),
        ("kepler_tce", ("PC", "AFP", "NTP"), 7),
        ("tess_tce", ("PC", "EB", "J"), 4),
    ],
)
def test_real_surveys(real_data, folder, labels, absent):
    train, test = (
        load_real(real_data / folder, name, labels) for name in ("train", "test")
    )
    for data in (train, test):
        assert data.light_curve_source == "views"
        assert data.views["global_view"].shape == (len(data), 201)
        assert data.views["local_view"].shape == (len(data), 61)
        assert len(data.warnings) == absent
        assert (data.faults == "").mean() > 0.99
        check_trainable(data)
    assert shared(train, test) == 0
    assert shared(train, train.take([0])) == 1
    row = 100
    frame = read_candidates(train.path).frame
    assert train.planet_features[row, 0] == np.float32(frame["period"][row])
    assert train.class_names[train.label[row]] == frame["label"][row]
    alone = read_views(real_data / folder / "views.npz", [train.object_id[row]])
    np.testing.assert_array_equal(
        train.views["local_view"][row], alone.views["local_view"][0]
    )


def test_secondary_view_is_missing_where_there_is_none(real_data):
    data = load_real(real_data / "tess_tce", "test", ("PC", "EB", "J"))
    missing = np.isnan(data.views["secondary_view"]).all(axis=1)
    assert 0 < missing.mean() < 1
    row = int(np.flatnonzero(missing)[0])
    assert "secondary_view" in data.missing()[row]


def test_archive_tables_load(real_data):
    for name in ("koi_cumulative", "toi", "k2pandc"):
        data = load_data(
            real_data / f"tables/{name}.csv.gz",
            labels=DISPOSITIONS,
            planet_features=("period", "planet_radius"),
            stellar_features=("stellar_radius",),
            simulate_missing=False,
        )
        assert set(data.label) == {0, 1, 2}
        assert np.isfinite(data.planet_features).any(axis=0).all()


def test_importing_loads_neither_keras_nor_tensorflow():
    code = "import sys, mesa_keras.recipes.mesa.data; "
    code += "sys.exit(any(name in sys.modules for name in ('keras', 'tensorflow')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
