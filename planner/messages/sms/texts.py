"""What a message says, how long it is as the provider counts, and what the provider may not like about it.

Signature and opt-out text are part of what is counted. A character outside of the 16-bit plane counts as two, as the
networks have it, and what a provider keeps whole goes to the next part as a whole.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from planner.brief import Brief
from planner.brief.providers import Provider
from planner.messages.sms.clusters import split_clusters
from planner.vocabulary.wording import Lang, Message

__all__ = ["Length", "compose", "count_parts", "text_remarks"]

_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_DOUBLE = frozenset("\f^{}\\[~]|€")
_UCS_SINGLE, _UCS_JOINED = 70, 67


@dataclass(frozen=True)
class Length:
    """How long a text is and how many parts it is billed as."""

    characters: int
    parts: int


def count_parts(text: str, provider: Provider) -> Length:
    """Return a text's length and parts as a provider counts them.

    Parameters
    ----------
    text
        The whole text, signature and opt-out included.
    provider
        Whose rules hold.

    Examples
    --------
    >>> from planner.brief.providers import load_provider
    >>> from planner.messages.sms.texts import count_parts
    >>> count_parts("字" * 160, load_provider("china")).parts
    3
    """
    if provider.counting == "characters":
        size = sum(_units(text))
        parts = 1 if size <= provider.single else math.ceil(size / provider.joined)
        return Length(size, parts)
    if all(character in _GSM or character in _GSM_DOUBLE for character in text):
        widths = [2 if character in _GSM_DOUBLE else 1 for character in text]
        return Length(sum(widths), _packed(widths, provider.single, provider.joined))
    pieces = split_clusters(text) if provider.keeps_whole == "clusters" else list(text)
    widths = [sum(_units(piece)) for piece in pieces]
    return Length(sum(widths), _packed(widths, _UCS_SINGLE, _UCS_JOINED))


def _units(text: str) -> list[int]:
    return [2 if ord(character) > 0xFFFF else 1 for character in text]


def _packed(widths: list[int], single: int, joined: int) -> int:
    """Return the parts needed when no piece may be cut in two, but for one that no part can hold."""
    if sum(widths) <= single:
        return 1
    parts, used = 1, 0
    for width in widths:
        if used + width > joined:
            parts, used = parts + (used > 0), 0
            parts, width = parts + (width - 1) // joined, (width - 1) % joined + 1
        used += width
    return parts


def compose(brief: Brief, provider: Provider, lang: Lang) -> str:
    """Return the text as it arrives: signature, body, opt-out.

    The body is the brief's `text`, in which ``{name}``, ``{offer}`` and ``{link}`` are replaced, or a short one of
    ours. A signature or opt-out that the body already carries is not added again; a link has a space on either side.
    """
    sms = brief.sms
    signature = (sms.signature if sms else None) or brief.promotion.name
    offer = (sms.offer if sms else None) or Message("sms.default_offer").text(lang)
    link = (sms.link if sms else None) or ""
    body = (
        sms.text
        if sms and sms.text
        else Message("sms.default_text", {"when": _when(brief, lang), "offer": offer}).text(lang)
    )
    if not (sms and sms.text) and link:
        body = f"{body} {{link}}"
    if link:
        # Phones take whatever touches a link for a part of it.
        body = re.sub(r"(?<=\S)\{link\}", " {link}", body)
        body = re.sub(r"\{link\}(?=\S)", "{link} ", body)
    for name, value in (("name", signature), ("offer", offer), ("link", link)):
        body = body.replace("{" + name + "}", value)
    head = provider.signature.format(name=signature)
    if body.startswith(head) or ("【" in head and re.match(r"^【[^】]+】", body)):
        head = ""
    tail = provider.opt_out.text(lang if provider.counting == "gsm" else "zh")
    if tail in body:
        tail = ""
    body = body.strip()
    before = " " if link and body.startswith(link) and head and not head.endswith(" ") else ""
    after = " " if tail and (tail.isascii() or (link and body.endswith(link))) else ""
    return f"{head}{before}{body}{after}{tail}"


def _when(brief: Brief, lang: Lang) -> str:
    """Return the opening the way a message says it."""
    at = brief.timetable.opening.astimezone(brief.zone)
    if lang == "zh":
        return f"{at.month}月{at.day}日{at.hour}点" + (f"{at.minute:02d}分" if at.minute else "")
    return f"{at.day} {_MONTHS[at.month - 1]} {at:%H:%M}"


# Not `strftime`'s names: those follow the machine's locale.
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def text_remarks(text: str, provider: Provider) -> tuple[Message, ...]:
    """Return what the seller should know of a text: more parts than one, words a provider may refuse."""
    length = count_parts(text, provider)
    remarks = []
    if length.parts > 1:
        values = {"parts": length.parts, "characters": length.characters, "provider": provider.title}
        remarks.append(Message("sms.several_parts", values))
    if found := [word for word in provider.banned if word in text]:
        remarks.append(Message("sms.banned", {"words": "、".join(found), "provider": provider.title}))
    if "【" in re.sub(r"^【[^】]*】", "", text):
        remarks.append(Message("sms.brackets", {"provider": provider.title}))
    if re.search(r"[{}]", text):
        remarks.append(Message("sms.placeholder", {"text": text}))
    return tuple(remarks)
