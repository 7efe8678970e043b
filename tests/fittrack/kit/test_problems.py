"""Problems as they travel: from one process to another, and out of what was kept under a key."""

import pickle

from fittrack.drawings.eligibility import EligibilityRule, NotEligible
from fittrack.kit.problems import Busy, FieldError, Problem, Validation


def travelled(problem: Problem) -> Problem:
    copy = pickle.loads(pickle.dumps(problem))  # noqa: S301 - what this test wrote itself
    assert isinstance(copy, Problem)
    return copy


def test_a_problem_says_the_same_after_it_has_travelled() -> None:
    there = Validation("Two things", errors=[FieldError("/email", "is taken")], after_ms=250)
    here = travelled(there)
    assert type(here) is Validation
    assert (here.detail, here.errors, here.after_ms, str(here)) == (
        "Two things", (FieldError("/email", "is taken"),), 250, "Two things",
    )  # fmt: skip


def test_a_problem_travels_whatever_its_class_is_made_from() -> None:
    here = travelled(NotEligible([(EligibilityRule.AGE, "You are too young")]))
    assert isinstance(here, NotEligible)
    assert here.rule is EligibilityRule.AGE
    assert here.errors == (FieldError("/eligibility/age", "You are too young"),)


def test_every_problem_of_the_catalogue_travels_bare() -> None:
    for code, kind in Problem.catalogue.items():
        problem = Problem.again(code, "As it was")
        assert type(travelled(problem)) is kind
    assert travelled(Busy()).detail == Busy.title
