"""Remarks are kept in either database, told newest first, and deleted after a year or when there are too many."""

from datetime import date

import pytest
import sqlalchemy as sql

from assistant.keeping import journal, tables
from assistant.keeping.backup import restore, save
from assistant.keeping.journal import Journal
from assistant.keeping.library import Library
from assistant.settings import Settings
from assistant.types import Remark

TODAY = date(2026, 11, 21)
FIRST = Remark("2026-11-20", "missing", "Svensk rett \0 \ud800", "Hva er OPI?", ("no-a", "dk-b"), "", "da", "DK")
SECOND = Remark("2026-11-21", "good")


@pytest.fixture
def kept(store):
    library = Library.open(store)
    yield Journal(library.engine)
    library.close()


def test_a_remark_comes_back_as_it_was_the_newest_day_first(kept):
    kept.note(FIRST)
    kept.note(SECOND)
    assert kept.remarks(TODAY) == (SECOND, FIRST)


def test_a_row_holds_a_day_and_a_random_id_and_nothing_else_about_who(kept):
    kept.note(SECOND)
    assert set(tables.remarks.c.keys()) == {"id", "day", "body"}
    assert set(Remark.__slots__) == {
        "day", "verdict", "said", "question", "documents", "refused", "language", "country",
    }  # fmt: skip


def test_after_a_year_a_remark_is_gone_from_the_database_itself(settings):
    library = Library.open(settings)
    kept = Journal(library.engine)
    kept.note(FIRST)
    assert kept.remarks(date(2027, 11, 20)) == (FIRST,)
    assert kept.remarks(date(2027, 11, 21)) == ()
    with library.engine.connect() as connection:
        assert connection.execute(sql.select(tables.remarks)).all() == []
    library.close()


def test_the_oldest_give_way_when_there_are_too_many(kept, monkeypatch):
    monkeypatch.setattr(journal, "MOST", 3)
    for day in range(1, 6):
        kept.note(Remark(f"2026-11-{day:02}", "bad"))
    assert [remark.day[-2:] for remark in kept.remarks(TODAY)] == ["05", "04"]
    kept.note(Remark("2026-11-06", "bad"))
    assert [remark.day[-2:] for remark in kept.remarks(TODAY)] == ["06", "05"]


def test_a_remark_is_no_change_of_the_library(settings):
    library = Library.open(settings)
    before = library.revision
    Journal(library.engine).note(SECOND)
    assert library.revision == before
    library.close()


def test_a_backup_holds_the_remarks_too(settings, tmp_path):
    library = Library.open(settings)
    Journal(library.engine).note(FIRST)
    library.close()
    path, _ = save(settings, tmp_path / "copy.zip")
    fresh = Settings(data_dir=tmp_path / "fresh")
    restore(fresh, path)
    again = Library.open(fresh)
    assert Journal(again.engine).remarks(TODAY) == (FIRST,)
    again.close()
