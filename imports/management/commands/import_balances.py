"""`manage.py import_balances FILE`: see docs/imports.md."""

from imports.management.base import ImportCommand


class Command(ImportCommand):
    help = "Bring opening balances in: stored value, bonus, points, growth value."
    kind = "balances"
