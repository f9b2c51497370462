import numpy as np
import pandas as pd
import pytest

from mesa_keras.evaluation import check_disjoint, check_no_leak


@pytest.mark.parametrize(
    "name",
    [
        "koi_score",
        "KOI_Score",
        "  koi_score\t",
        "koi-score",
        "koi score",
        "\ufeffkoi_score",
        "koi_fpflag_nt",
        "koi_fpflag_SS",
        "koi_pdisposition",
        "koi_disposition",
        "kepler_name",
        "kepoi_name",
        "toi",
        "TOI_id",
        "tfopwg_disp",
        "tfopwg_disposition",
        "disposition",
        "cls",
        "part",
        "split",
        "dup_view",
        "interpolated_run",
        "label",
    ],
)
def test_refuses_columns_that_give_the_label_away(name):
    with pytest.raises(ValueError, match="gives the label away") as error:
        check_no_leak(["period", name])
    assert repr(name) in str(error.value)


def test_admits_physics_and_takes_further_names():
    names = ["period", "depth", "duration", "impact", "model_snr", "stellar_temp"]
    check_no_leak(names)
    check_no_leak([])
    with pytest.raises(ValueError, match="matches 'Vetting\\*'"):
        check_no_leak([*names, "vetting_flag"], extra=["Vetting*"])
    with pytest.raises(ValueError, match="koi_score"):
        check_no_leak("koi_score")


def test_real_tables_hold_leaking_columns(real_data):
    table = pd.read_csv(real_data / "koi" / "test_data.csv", nrows=1)
    leaks = []
    for name in table.columns:
        try:
            check_no_leak([name])
        except ValueError:
            leaks.append(name)
    assert leaks == [
        "label",
        "koi_score",
        "koi_pdisposition",
        "kepler_name",
        "koi_fpflag_nt",
        "koi_fpflag_ss",
        "koi_fpflag_co",
        "koi_fpflag_ec",
        "interpolated_run",
    ]


def test_real_splits_share_no_star(real_data):
    train, test = (
        pd.read_csv(real_data / "koi" / f"{part}_data.csv")["star_id"]
        for part in ("train", "test")
    )
    check_disjoint(train=train, test=test)
    with pytest.raises(ValueError, match="'train' and 'both' share 3 of"):
        check_disjoint(train=train, both=[*test, *train.unique()[:3]])


def test_names_the_splits_and_the_star():
    with pytest.raises(ValueError, match=r"'train' and 'test' share 1 .* 'K2'"):
        check_disjoint(train=["K1", "K2"], validation=["K3"], test=["K2", "K4"])
    check_disjoint(train=["K1"], validation=[], test=["K2"])


@pytest.mark.parametrize(
    "same", [["757450"], [757450], [757450.0], [" 757450 "], np.array([757450], "i4")]
)
def test_ids_compare_as_written(same):
    with pytest.raises(ValueError, match="757450"):
        check_disjoint(a=[757450], b=same)


def test_missing_ids_are_left_out():
    check_disjoint(a=[1.0, np.nan], b=[np.nan, 2.0], c=[None, ""])
