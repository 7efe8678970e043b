"""What a sponsor is, as it is stored."""

from dataclasses import dataclass
from datetime import datetime

from fittrack.kit.ids import SponsorId
from fittrack.server.etags import etag_of, version_at
from fittrack.sponsors.schemas import Sponsor
from protocol.shapes import instant


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSponsor:
    """One sponsor, and how many prizes refer to it."""

    sponsor_id: SponsorId
    name: str
    contact_name: str | None
    contact_email: str | None
    website_url: str | None
    logo_url: str | None
    active: bool
    created_at: datetime
    updated_at: datetime
    """Grows with each change, so that it is the version too."""
    prizes: int

    @property
    def version(self) -> str:
        """What an `If-Match` must name. The count of prizes is no part of it."""
        return version_at(self.updated_at)

    @property
    def tag(self) -> str:
        """The `ETag` of the sponsor as admins see it."""
        return etag_of(f"{self.version}.{self.prizes}")


def shown_to_all(sponsor: StoredSponsor) -> Sponsor:
    """Without what is nobody's business."""
    return Sponsor(
        sponsor_id=sponsor.sponsor_id,
        name=sponsor.name,
        website_url=sponsor.website_url,
        logo_url=sponsor.logo_url,
    )


def shown_to_admins(sponsor: StoredSponsor) -> Sponsor:
    """Everything."""
    return Sponsor(
        sponsor_id=sponsor.sponsor_id,
        name=sponsor.name,
        website_url=sponsor.website_url,
        logo_url=sponsor.logo_url,
        active=sponsor.active,
        contact_name=sponsor.contact_name,
        contact_email=sponsor.contact_email,
        prizes=sponsor.prizes,
        created_at=instant(sponsor.created_at),
        updated_at=instant(sponsor.updated_at),
    )
