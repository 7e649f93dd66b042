"""`migrate`, without drawing every table again for each new one; then our functions.

Django keeps a picture of all tables while it migrates, and draws anew whatever is
linked to a table that changes. In our house nearly everything is linked to the members,
the stores and the staff: a new database spent three quarters of its time on that. What
is done to the database, and in which order, is Django's own. When all of
them have run, functions and triggers are installed (`common/sql_installation.py`).
"""

from typing import Any, Self, override

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.migration import Migration
from django.db.migrations.operations import RunPython
from django.db.migrations.state import ModelState, ProjectState

from common import sql_installation
from common.management.commands.install_sql import report

# With one of these not every migration is applied afterwards.
PARTIAL = ("app_label", "plan", "check_unapplied", "fake", "prune")


class Picture(ProjectState):
    """All tables as they are at one point of the migrations."""

    @classmethod
    def of(cls, state: ProjectState) -> Self:
        """The same tables, drawn as far as they are drawn there."""
        found = cls(models=state.models, real_apps=state.real_apps)
        if "apps" in state.__dict__:
            found.apps = state.apps
        found.is_delayed = state.is_delayed
        return found

    @override
    def clone(self) -> Self:
        return self.of(super().clone())

    @override
    def add_model(self, model_state: ModelState) -> None:
        """Nothing points at a new table yet, so that it alone is drawn."""
        drawn = self.__dict__.pop("apps", None)
        super().add_model(model_state)
        if drawn is not None:
            self.apps = drawn
            self.apps.render_multiple([model_state])

    @override
    def reload_model(
        self, app_label: str, model_name: str, delay: bool = False
    ) -> None:
        """Where no link changes, the table alone is drawn.

        `is_delayed` has Django draw all of them before a step in Python sees them.
        """
        if not delay:
            super().reload_model(app_label, model_name)
        elif "apps" in self.__dict__:
            self.is_delayed = True
            self.apps.unregister_model(app_label, model_name)
            self.apps.render_multiple([self.models[app_label, model_name]])


class Executor(MigrationExecutor):
    """Django's own, with our picture."""

    @override
    def migrate(
        self,
        targets: Any,
        plan: Any = None,
        state: ProjectState | None = None,
        fake: bool = False,
        fake_initial: bool = False,
    ) -> ProjectState:
        picture = None if state is None else Picture.of(state)
        return super().migrate(targets, plan, picture, fake, fake_initial)

    @override
    def apply_migration(
        self,
        state: ProjectState,
        migration: Migration,
        fake: bool = False,
        fake_initial: bool = False,
    ) -> ProjectState:
        """What is drawn whole for one step in Python serves the next one too."""
        if state.is_delayed and any(
            isinstance(step, RunPython) for step in migration.operations
        ):
            state.clear_delayed_apps_cache()
            state.is_delayed = False
            state.apps  # noqa: B018 (it is drawn by being asked for)
        return super().apply_migration(state, migration, fake, fake_initial)


class Command(migrate.Command):
    """Django's own, with our executor in its place, and our functions afterwards."""

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        usual = vars(migrate)["MigrationExecutor"]
        vars(migrate)["MigrationExecutor"] = Executor
        try:
            super().handle(*args, **options)
        finally:
            vars(migrate)["MigrationExecutor"] = usual
        if not any(options.get(name) for name in PARTIAL):
            self._install(verbosity=options["verbosity"])

    def _install(self, *, verbosity: int) -> None:
        try:
            result = sql_installation.install()
        except sql_installation.InstallationError as refusal:
            raise CommandError(str(refusal)) from refusal
        if verbosity > 0:
            self.stdout.write(self.style.MIGRATE_HEADING("Functions and triggers:"))
            report(self, result)
