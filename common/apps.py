from django.apps import AppConfig


class CommonConfig(AppConfig):
    name = "common"

    def ready(self) -> None:
        """What `manage.py check --deploy` asks of every house."""
        from common import mail  # noqa: F401, PLC0415 (the registry must be ready)
