"""Sponsors as REST takes and gives them (SPEC 10)."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from fittrack.server.schemas import NAME_PATTERN, Answer, Input, PageQuery
from protocol.shapes import Instant

NAME_LENGTH_MAX = 120  # characters
CONTACT_LENGTH_MAX = 120
EMAIL_LENGTH_MAX = 254  # RFC 5321, 4.5.3.1.3
ADDRESS_LENGTH_MAX = 500

Name = Annotated[str, Meta(min_length=1, max_length=NAME_LENGTH_MAX, pattern=NAME_PATTERN)]
Part = Annotated[str, Meta(min_length=1, max_length=NAME_LENGTH_MAX, description="Part of the name")]
ContactName = Annotated[str, Meta(min_length=1, max_length=CONTACT_LENGTH_MAX, pattern=NAME_PATTERN)]
Email = Annotated[str, Meta(max_length=EMAIL_LENGTH_MAX, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]
Website = Annotated[str, Meta(max_length=ADDRESS_LENGTH_MAX, pattern=r"^https?://\S+$")]
Logo = Annotated[str, Meta(max_length=ADDRESS_LENGTH_MAX, pattern=r"^(https://|/)\S+$")]


class Sort(StrEnum):
    """By what sponsors are sorted; a minus turns it round."""

    NAME = "name"
    NAME_DOWN = "-name"
    NEWEST = "-created_at"
    OLDEST = "created_at"


class SponsorsQuery(PageQuery, frozen=True, kw_only=True):
    """Parameters of `GET sponsors`. Who is no admin sees active ones only, whatever is asked for."""

    q: Part | None = None
    active: bool | None = None
    sort: Sort = Sort.NAME


class NewSponsor(Input, frozen=True, kw_only=True):
    """`POST sponsors`. Contact data is for admins alone."""

    name: Name
    contact_name: ContactName | None = None
    contact_email: Email | None = None
    website_url: Website | None = None
    logo_url: Logo | None = None


class SponsorPatch(Input, frozen=True, kw_only=True):
    """`PATCH sponsors/{id}`: what is left out stays. An inactive sponsor gets no further prizes."""

    name: Name | UnsetType = UNSET
    contact_name: ContactName | None | UnsetType = UNSET
    contact_email: Email | None | UnsetType = UNSET
    website_url: Website | None | UnsetType = UNSET
    logo_url: Logo | None | UnsetType = UNSET
    active: bool | UnsetType = UNSET


class Sponsor(Answer, frozen=True, kw_only=True):
    """A sponsor as everybody sees it; from `active` on, what only admins are shown."""

    sponsor_id: UUID
    name: str
    website_url: str | None
    logo_url: str | None
    active: bool | UnsetType = UNSET
    contact_name: str | None | UnsetType = UNSET
    contact_email: str | None | UnsetType = UNSET
    prizes: int | UnsetType = UNSET
    """Prizes that refer to it: while there are any, it is deactivated rather than deleted."""
    created_at: Instant | UnsetType = UNSET
    updated_at: Instant | UnsetType = UNSET
