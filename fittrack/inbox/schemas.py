"""What a player is told of, as REST takes and gives it (SPEC 10)."""

from typing import Annotated

from msgspec import Meta

from fittrack.inbox.rules import CATEGORIES, REQUIRED, Preferences
from fittrack.kit.problems import FieldError, Validation
from fittrack.server.schemas import Answer, CursorQuery, Input
from protocol.outbound import NotificationType


class InboxQuery(CursorQuery, frozen=True, kw_only=True):
    """Parameters of `GET notifications`."""

    type: NotificationType | None = None
    read: bool | None = None


class CategoryChoice(Input, frozen=True, kw_only=True):
    """Which ways of being told are on."""

    category: NotificationType
    in_app: bool
    email: bool


class PreferencesForm(Input, frozen=True, kw_only=True):
    """`PUT users/me/notification-preferences`: all of them; what is left out is on."""

    categories: Annotated[list[CategoryChoice], Meta(max_length=len(CATEGORIES))]


class CategoryPreference(Answer, frozen=True, kw_only=True):
    """One category. A `required` one is on, always."""

    category: NotificationType
    in_app: bool
    email: bool
    required: bool


class NotificationPreferences(Answer, frozen=True, kw_only=True):
    """Every category there is."""

    categories: list[CategoryPreference]


def chosen(form: PreferencesForm) -> Preferences:
    """The preferences in `form`. Raises `Validation` for what cannot be switched off, or is there twice."""
    errors = []
    seen = set()
    for number, choice in enumerate(form.categories):
        at = f"/categories/{number}"
        if choice.category in seen:
            errors.append(FieldError(f"{at}/category", "It is there twice"))
        seen.add(choice.category)
        if choice.category in REQUIRED:
            off = {"in_app": choice.in_app, "email": choice.email}
            errors += [FieldError(f"{at}/{way}", _NOT_OFF) for way, on in off.items() if not on]
    if errors:
        raise Validation(errors=errors)
    return Preferences(
        frozenset(choice.category for choice in form.categories if not choice.in_app),
        frozenset(choice.category for choice in form.categories if not choice.email),
    )


def shown(preferences: Preferences) -> NotificationPreferences:
    """The preferences as their owner sees them."""
    return NotificationPreferences(
        categories=[
            CategoryPreference(
                category=category,
                in_app=preferences.in_app(category),
                email=preferences.by_email(category),
                required=category in REQUIRED,
            )
            for category in CATEGORIES
        ]
    )


_NOT_OFF = "This is needed to take part, and cannot be switched off"
