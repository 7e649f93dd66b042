"""`manage.py import_cards FILE`: see docs/imports.md."""

from imports.management.base import ImportCommand


class Command(ImportCommand):
    help = "Bring the cards in that members carry."
    kind = "cards"
