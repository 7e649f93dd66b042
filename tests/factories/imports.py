"""Uploaded files for tests."""

from collections.abc import Sequence

from imports import services as imports_services
from imports.models import ImportJob
from imports.options import ImportOptions
from stores import services as stores_services
from stores.models import User
from tests.factories.stores import NOON, UserFactory


def head_office() -> User:
    """Someone who may upload and apply."""
    return UserFactory.holding("head-office", is_staff=True)


def uploaded(
    *lines: str, kind: str = "members", by: User | None = None, store: str = ""
) -> ImportJob:
    """A file that waits for its dry run."""
    pieces: Sequence[bytes] = [f"{line}\n".encode() for line in lines]
    return imports_services.upload(
        kind=kind,
        options=ImportOptions(source="old", store=store),
        file_name="members.csv",
        pieces=pieces,
        by=stores_services.act(staff=by or head_office(), at=NOON),
        at=NOON,
    )
