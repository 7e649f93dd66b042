"""Signing in, and Django's questions about permissions answered from the roles."""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import verify_password
from django.db.models import Model
from django.utils.timezone import now  # noqa: TID251 (a sign-in is a screen)

from stores import services as stores_services
from stores.models import Store, User
from stores.selectors import PermissionGrant, grants_of, people_for

CACHED = "_grants_of_this_request"


class RoleBackend(BaseBackend):
    """A password signs in; assignments say what may be done, and where."""

    def authenticate(
        self,
        request: Any,
        username: str | None = None,
        password: str | None = None,
        **_credentials: Any,
    ) -> User | None:
        if username is None or password is None:
            return None
        try:
            user = User.objects.get_by_natural_key(username)
        except User.DoesNotExist:
            # The same work as for a known name: the time tells nothing.
            User().set_password(password)
            return None
        is_right, is_outdated = verify_password(password, user.password)
        if not (is_right and user.is_active):
            return None
        if is_outdated:
            stores_services.rehash_password(user=user, password=password, at=now())
        return user

    def get_user(self, user_id: Any) -> User | None:
        return User.objects.filter(pk=user_id, is_active=True).first()

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        """With an object: at its store. Without: anywhere at all."""
        if not (isinstance(user_obj, User) and user_obj.is_active):
            return False
        given = [
            grant
            for grant in grants_this_request(user_obj)
            if perm in grant.permissions
        ]
        if obj is None or not given:
            return bool(given)
        if isinstance(obj, User):
            return people_for(user_obj, perm).filter(pk=obj.pk).exists()
        has_store, store_id = _store_of(obj)
        reach = {grant.store_id for grant in given}
        return not has_store or bool(reach & {None, store_id})

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        if not (isinstance(user_obj, User) and user_obj.is_active):
            return False
        return any(
            permission.startswith(f"{app_label}.")
            for grant in grants_this_request(user_obj)
            for permission in grant.permissions
        )


def grants_this_request(user: User) -> list[PermissionGrant]:
    """Read once a request: the user object lives no longer."""
    if CACHED not in user.__dict__:
        user.__dict__[CACHED] = grants_of(user)
    cached: list[PermissionGrant] = user.__dict__[CACHED]
    return cached


def _store_of(obj: Model) -> tuple[bool, int | None]:
    if isinstance(obj, Store):
        return True, obj.pk
    if hasattr(obj, "store_id"):
        return True, obj.store_id
    return False, None
