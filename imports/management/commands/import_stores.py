"""`manage.py import_stores FILE`: see docs/imports.md."""

from imports.management.base import ImportCommand


class Command(ImportCommand):
    help = "Bring the stores in that the other files name."
    kind = "stores"
