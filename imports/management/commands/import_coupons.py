"""`manage.py import_coupons FILE`: see docs/imports.md."""

from imports.management.base import ImportCommand


class Command(ImportCommand):
    help = "Bring the coupons in that members still have."
    kind = "coupons"
