from mesa_keras.readers.archive_report import missing_lines


def test_names_by_reason_and_no_more_than_can_be_read():
    missing = {f"TIC {i:03}": "no light curve" for i in range(50)} | {"KIC 1": "lost"}
    few, many = missing_lines(missing)
    assert few == "not fetched: KIC 1: lost"
    assert many.startswith("not fetched: TIC 000, TIC 001, ")
    assert many.endswith("TIC 019 and 30 more: no light curve")
