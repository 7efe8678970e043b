"""Where the people of the demo world have their prizes sent. Pure."""

from faker import Faker

from fittrack.demo.people import Person
from fittrack.fulfilments.addresses import Address
from fittrack.fulfilments.zip_codes import states_of


def address_of(person: Person) -> Address:
    """The person's address, the same each time. Nobody lives there."""
    faker = Faker("en_US")
    faker.seed_instance(person.email)
    return Address(
        street=faker.street_address(),
        city=faker.city(),
        state=person.state,
        zip_code=_zip_code(faker, person.state),
        recipient=person.profile.display_name,
    )


def _zip_code(faker: Faker, state: str) -> str:
    """A code of the state: the generator also makes some that no state uses."""
    while state not in states_of(code := faker.zipcode_in_state(state)):
        pass
    return code
