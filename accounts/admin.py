"""The rules by which members sign in."""

from django.contrib import admin

from policies.admin import PolicyAdmin

from .models import SignInPolicy


@admin.register(SignInPolicy)
class SignInPolicyAdmin(PolicyAdmin[SignInPolicy]):
    """How long codes live, and how many are sent, version by version."""
