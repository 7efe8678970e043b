"""The states of the United States, and those where no sweepstakes is offered (SPEC, market)."""

from collections.abc import Collection
from typing import Final

US_STATES: Final[dict[str, str]] = {
    "AL": "Alabama",
    "AK": "Alaska",
    "AZ": "Arizona",
    "AR": "Arkansas",
    "CA": "California",
    "CO": "Colorado",
    "CT": "Connecticut",
    "DE": "Delaware",
    "DC": "District of Columbia",
    "FL": "Florida",
    "GA": "Georgia",
    "HI": "Hawaii",
    "ID": "Idaho",
    "IL": "Illinois",
    "IN": "Indiana",
    "IA": "Iowa",
    "KS": "Kansas",
    "KY": "Kentucky",
    "LA": "Louisiana",
    "ME": "Maine",
    "MD": "Maryland",
    "MA": "Massachusetts",
    "MI": "Michigan",
    "MN": "Minnesota",
    "MS": "Mississippi",
    "MO": "Missouri",
    "MT": "Montana",
    "NE": "Nebraska",
    "NV": "Nevada",
    "NH": "New Hampshire",
    "NJ": "New Jersey",
    "NM": "New Mexico",
    "NY": "New York",
    "NC": "North Carolina",
    "ND": "North Dakota",
    "OH": "Ohio",
    "OK": "Oklahoma",
    "OR": "Oregon",
    "PA": "Pennsylvania",
    "RI": "Rhode Island",
    "SC": "South Carolina",
    "SD": "South Dakota",
    "TN": "Tennessee",
    "TX": "Texas",
    "UT": "Utah",
    "VT": "Vermont",
    "VA": "Virginia",
    "WA": "Washington",
    "WV": "West Virginia",
    "WI": "Wisconsin",
    "WY": "Wyoming",
}
"""Postal code to name: the fifty states and the District of Columbia."""

DEFAULT_EXCLUDED_STATES: Final[frozenset[str]] = frozenset({"NY", "FL", "RI"})
"""Where sweepstakes need a bond or a registration; the list in force is configuration."""


def is_state(code: str) -> bool:
    """Whether `code` is a state's postal code, in capitals."""
    return code in US_STATES


def is_eligible_state(code: str, excluded: Collection[str] = DEFAULT_EXCLUDED_STATES) -> bool:
    """Whether somebody who lives in `code` may take part."""
    return code in US_STATES and code not in excluded
