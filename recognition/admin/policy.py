"""The house's own rules of recognition."""

from django.contrib import admin

from policies.admin import PolicyAdmin
from recognition.models import RecognitionPolicy


@admin.register(RecognitionPolicy)
class RecognitionPolicyAdmin(PolicyAdmin[RecognitionPolicy]):
    """Deadlines of complaints, and how much the glance shows."""
