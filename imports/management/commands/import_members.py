"""`manage.py import_members FILE`: see docs/imports.md."""

from imports.management.base import ImportCommand


class Command(ImportCommand):
    help = "Bring members in, with what they hold where the file says so."
    kind = "members"
