import numpy as np
import pandas as pd

from mesa_keras.recipes.astroclip.object_groups import object_groups


def same(groups):
    """Which rows share a group, as a matrix."""
    all_rows = np.concatenate(groups)
    return (all_rows[:, None] == all_rows[None]).astype(int).tolist()


def test_rows_of_one_source_are_one_object():
    table = pd.DataFrame({"object_id": [1, 2, 3, 1], "source_id": [7, 7, 8, 7]})
    expected = [[1, 1, 0, 1], [1, 1, 0, 1], [0, 0, 1, 0], [1, 1, 0, 1]]
    assert same(object_groups([table])) == expected


def test_objects_are_the_same_in_two_tables_also_by_way_of_others():
    first = pd.DataFrame({"object_id": [1, 2], "source_id": [7, 8]})
    second = pd.DataFrame({"object_id": [2, 3, 4], "source_id": [9, 9, 10]})
    groups = object_groups([first, second])
    assert [len(part) for part in groups] == [2, 3]
    # 2 stands in both; 3 shares a source with it.
    assert groups[0][1] == groups[1][0] == groups[1][1]
    assert len(np.unique(np.concatenate(groups))) == 3


def test_missing_sources_join_nothing():
    table = pd.DataFrame({"object_id": [1, 2, 3], "source_id": [np.nan, np.nan, 5]})
    assert len(np.unique(object_groups([table])[0])) == 3
    assert len(np.unique(object_groups([table[["object_id"]]])[0])) == 3
    table = pd.DataFrame({"object_id": [1, 2, 3], "source_id": [-1, -1, 5]})
    assert len(np.unique(object_groups([table])[0])) == 3


def test_an_id_of_an_object_is_no_id_of_a_source():
    table = pd.DataFrame({"object_id": [1, 2], "source_id": [2, 3]})
    assert len(np.unique(object_groups([table])[0])) == 2


def test_long_ids_stay_apart_beside_a_table_without_sources():
    # Too long for a float: these four would be one.
    ids = [39627640566453448 + i for i in range(4)]
    first = pd.DataFrame({"object_id": [*ids[:2], -3], "source_id": [*ids[:2], ids[0]]})
    second = pd.DataFrame({"object_id": [ids[2], ids[1]]})
    for tables in ([first, second], [second, first]):
        groups = np.concatenate(object_groups(tables))
        names = pd.concat(tables)["object_id"].to_numpy()
        group = dict(zip(names, groups, strict=True))
        assert len(np.unique(groups)) == 3
        assert group[-3] == group[ids[0]] != group[ids[1]]
