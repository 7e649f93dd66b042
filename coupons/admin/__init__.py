"""Coupons in the admin: templates are drawn; what is issued is read and mended."""

from . import coupons, issues, templates, tiers

__all__ = ["coupons", "issues", "templates", "tiers"]
