from uuid import uuid4

from fittrack.kit.ids import UserId
from fittrack.pubsub.memory_broker import MemoryBroker
from fittrack.pubsub.messages import Message, Revocation

NEWS = Revocation(UserId(uuid4()))


def test_every_handler_of_the_topic_hears_it_before_publish_returns_and_no_other() -> None:
    broker = MemoryBroker()
    heard: list[tuple[str, Message]] = []
    broker.subscribe("a", lambda message: heard.append(("first", message)))
    broker.subscribe("a", lambda message: heard.append(("second", message)))
    broker.subscribe("b", lambda message: heard.append(("other", message)))
    broker.publish("a", NEWS)
    broker.publish("nobody listens", NEWS)
    assert heard == [("first", NEWS), ("second", NEWS)]


def test_a_handler_that_fails_hurts_no_other() -> None:
    def fail(message: Message) -> None:
        raise ValueError("broken")

    broker = MemoryBroker()
    heard: list[Message] = []
    broker.subscribe("a", fail)
    broker.subscribe("a", heard.append)
    broker.publish("a", NEWS)
    assert heard == [NEWS]


def test_a_cancelled_subscription_hears_nothing_and_leaves_no_topic_behind() -> None:
    broker = MemoryBroker()
    heard: list[Message] = []
    subscription = broker.subscribe("a", heard.append)
    subscription.cancel()
    subscription.cancel()
    broker.publish("a", NEWS)
    assert heard == []
    assert broker.topics() == 0


def test_a_handler_may_cancel_itself_and_subscribe_others_while_it_is_called() -> None:
    broker = MemoryBroker()
    heard: list[str] = []

    def once(message: Message) -> None:
        heard.append("once")
        subscription.cancel()
        broker.subscribe("a", lambda message: heard.append("later"))

    subscription = broker.subscribe("a", once)
    broker.publish("a", NEWS)
    broker.publish("a", NEWS)
    assert heard == ["once", "later"]
