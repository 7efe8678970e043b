"""What other servers answer, of which we take in only so much."""

import aiohttp


class AnswerTooLarge(Exception):  # noqa: N818 - says what happened
    """It has more bytes than anything that is meant well."""


async def read_at_most(content: aiohttp.StreamReader, limit: int) -> bytes:
    """The whole body. Raises `AnswerTooLarge` as soon as it has more than `limit` bytes."""
    body = bytearray()
    async for chunk in content.iter_chunked(limit):
        body += chunk
        if len(body) > limit:
            raise AnswerTooLarge(f"answered more than {limit} bytes")
    return bytes(body)
