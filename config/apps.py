import importlib

from django.contrib.admin.apps import AdminConfig


class AdminSiteConfig(AdminConfig):
    """The one admin site of the house."""

    default_site = "config.admin.AdminSite"

    def ready(self) -> None:
        """Every process that may ask for work to be done later knows the broker."""
        super().ready()
        importlib.import_module("config.celery")
