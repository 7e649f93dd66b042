from typing import Any

from django.core.management.base import BaseCommand

from stores.models import Store


class Command(BaseCommand):
    help = "List every store: its code, a space, its name."

    def handle(self, *_args: Any, **_options: Any) -> None:
        for code, name in Store.objects.order_by("code").values_list("code", "name"):
            self.stdout.write(f"{code} {name}")
