"""What a discussion says once to one reader, by Django's messages, beside whatever messages the host has of its own."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.messages.storage.base import BaseStorage, Message
from django.http import HttpRequest

_TAG = "mg-notice"


def give_notice(request: HttpRequest, text: str) -> None:
    """Say this above the form, the next time the reader sees a discussion. Nothing where the host has no messages."""
    messages.success(request, text, extra_tags=_TAG, fail_silently=True)


def is_notice(message: Message) -> bool:
    """Whether a message is a discussion's to say, not the frame's of the page."""
    return _TAG in message.tags.split()


def take_notices(request: HttpRequest) -> tuple[str, ...]:
    """The notices for this reader, which are then gone. Messages of others stay for the host's page."""
    storage = messages.get_messages(request)
    if not isinstance(storage, BaseStorage):
        return ()
    was_used = storage.used
    found = list(storage)
    notices = tuple(str(message) for message in found if is_notice(message))
    if not was_used:
        # Looking at them has marked all as said.
        storage.used = bool(notices)
        for message in found if notices else ():
            if not is_notice(message):
                messages.add_message(request, message.level, message.message, message.extra_tags)
    return notices
