"""Who gives the prizes of the demo world. No such companies are known to us."""

from decimal import Decimal
from typing import Final, NamedTuple

from fittrack.drawings.model import FulfillmentType


class Brand(NamedTuple):
    """A sponsor."""

    name: str
    contact_name: str
    website: str

    @property
    def contact_email(self) -> str:
        return f"partners@{self.website}"


class Gift(NamedTuple):
    """A kind of prize, and who gives it."""

    name: str
    description: str
    value_usd: Decimal
    brand: Brand
    fulfillment_type: FulfillmentType = FulfillmentType.DIGITAL


TAMARACK: Final = Brand("Tamarack Trail Goods", "Dana Whitcomb", "tamarack-trail-goods.example")
COPPERLINE: Final = Brand("Copperline Coffee", "Luis Ortega", "copperline-coffee.example")
VELORA: Final = Brand("Velora Running", "Priya Raman", "velora-running.example")
QUILLFEATHER: Final = Brand("Quillfeather Audio", "Marcus Bell", "quillfeather-audio.example")
MARLOW: Final = Brand("Marlow Creek Cycles", "Erin Sandoval", "marlow-creek-cycles.example")
SAGEWELL: Final = Brand("Sagewell Kitchens", "Tom Abernathy", "sagewell-kitchens.example")

BRANDS: Final = (TAMARACK, COPPERLINE, VELORA, QUILLFEATHER, MARLOW, SAGEWELL)

_PHYSICAL: Final = FulfillmentType.PHYSICAL

COFFEE: Final = Gift("$10 coffee card", "Two lattes, or one and a muffin.", Decimal("10.00"), COPPERLINE)
GROCERIES: Final = Gift("$50 meal kit credit", "A week of dinners for two.", Decimal("50.00"), SAGEWELL)
SOCKS: Final = Gift("Trail sock set", "Three pairs of merino.", Decimal("36.00"), TAMARACK, _PHYSICAL)
BOTTLE: Final = Gift("Insulated bottle", "24 oz, keeps ice for a day.", Decimal("32.00"), TAMARACK, _PHYSICAL)
SHOES: Final = Gift("Velora Tempo 3 running shoes", "In your size.", Decimal("140.00"), VELORA, _PHYSICAL)
EARBUDS: Final = Gift("Quill Two earbuds", "They stay in.", Decimal("179.00"), QUILLFEATHER, _PHYSICAL)
GIFT_CARD: Final = Gift("$100 running gift card", "Good for anything in the shop.", Decimal("100.00"), VELORA)
WATCH: Final = Gift(
    "Quill Pace GPS watch", "Two weeks on a charge.", Decimal("349.00"), QUILLFEATHER, _PHYSICAL
)
TENT: Final = Gift("Two-person tent", "Under three pounds.", Decimal("420.00"), TAMARACK, _PHYSICAL)
BIKE: Final = Gift("Marlow Creek gravel bike", "Fitted for you.", Decimal("2400.00"), MARLOW, _PHYSICAL)
TRIP: Final = Gift("Race weekend for two", "Flights, hotel, two bibs.", Decimal("5000.00"), VELORA)
