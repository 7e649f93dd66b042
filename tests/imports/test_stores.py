"""Stores from a file: 457 of them are typed by nobody."""

from datetime import time

import pytest

from imports import services as imports_services
from imports.errors import RowsAreBad
from imports.options import ImportOptions
from stores import services as stores_services
from stores.errors import NotAllowed
from stores.models import AuditEvent, Store
from tests.factories.imports import head_office, uploaded
from tests.factories.stores import NOON, UserFactory
from tests.imports.conftest import Write, bring, counts, every_table, whys
from tests.prompt import told

pytestmark = pytest.mark.django_db


def test_stores_are_added_with_their_clock(hq: Store, write: Write) -> None:
    path = write(
        "store id,name,timezone,day starts at",
        "367,Main street,asia/tokyo,05:30",
        "406,,,",
        "b-1,分店,,",
    )
    assert counts(bring("stores", path)) == {"new": 3}
    found = {store.code: store for store in Store.objects.exclude(pk=hq.pk)}
    assert sorted(found) == ["367", "406", "B-1"]
    assert found["367"].name == "Main street"
    assert found["367"].time_zone == "Asia/Tokyo"
    assert found["367"].day_starts_at == time(5, 30)
    assert (found["406"].name, found["406"].day_starts_at) == ("406", time(4))
    assert found["406"].history.count() == 1
    assert AuditEvent.objects.filter(act="stores.store_added").count() == 3
    # Files that name them find them.
    sales = write("customer,date,amount,store", "1,2026-01-02,5,367")
    assert counts(bring("sales", sales)) == {"new": 1}


def test_the_same_file_again_changes_nothing(write: Write) -> None:
    path = write("code,name", "S1,One", "S2,Two", "S2,Two")
    bring("stores", path, store="")
    before = every_table()
    assert counts(bring("stores", path, store="")) == {"same": 2, "duplicate": 1}
    after = every_table()
    assert {t for t in after if after[t] != before[t]} == {"stores_auditevent"}


def test_bad_rows_are_named_and_keep_every_store_out(hq: Store, write: Write) -> None:
    path = write(
        "code,name,time zone,day starts",
        "HQ,Another name,,",
        "a code,X,,",
        ",X,,",
        "S1,X,Mars/Base,",
        "S2,X,,25:00",
        "S3,X,,",
        "S3,Y,,",
    )
    assert whys("stores", path) == [
        "2: There is a store of this code, and it differs: change it on its own page.",
        "3: Store code holds what no code of a store holds.",
        "4: Store code is empty.",
        "5: Time zone is none that is known here.",
        "6: Business day starts at is not an hour of the day, such as 04:00.",
        "8: Line 7 says something else under this reference.",
    ]
    before = every_table()
    with pytest.raises(RowsAreBad):
        bring("stores", path)
    assert every_table() == before


def test_on_the_console_and_over_the_page(write: Write) -> None:
    said = told("import_stores", str(write("code,name", "S1,One")))
    assert "1 rows: 1 new." in said
    job = uploaded("code,name", "S2,Two", kind="stores")
    imports_services.work(job_id=job.pk, at=NOON)
    by = stores_services.act(staff=head_office(), at=NOON)
    imports_services.ask_to_apply(job_id=job.pk, by=by, at=NOON)
    imports_services.work(job_id=job.pk, at=NOON)
    assert Store.objects.filter(code__in=["S1", "S2"]).count() == 2


def test_who_may_add_no_store_brings_none(write: Write) -> None:
    path = write("code,name", "S1,One")
    before = every_table()
    with pytest.raises(NotAllowed):
        imports_services.bring_in(
            kind="stores",
            path=path,
            options=ImportOptions(),
            by=stores_services.act(staff=UserFactory.create(), at=NOON),
            at=NOON,
        )
    after = every_table()
    assert {t for t in after if after[t] != before[t]} <= {"stores_user"}
