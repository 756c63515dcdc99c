"""What the script says, in the language of the discussion. It holds no sentences of its own but for a server that is away."""

from __future__ import annotations

import json

from django.utils.translation import gettext, ngettext


def widget_texts() -> str:
    """The sentences as a JSON object, in the active language. {braces} are filled in by the script."""
    return json.dumps(_texts(), ensure_ascii=False, separators=(",", ":"))


def _texts() -> dict[str, str]:
    return {
        "copied": gettext("Link copied."),
        "newOne": gettext("1 new comment"),
        "newMany": gettext("{count} new comments"),
        "waiting": gettext("Thank you. Your comment waits for approval: until then only you can see it."),
        "published": gettext("Thank you. Your comment is published."),
        "offline": gettext("We could not reach the server. Your text is kept; please try again."),
        "tooFast": gettext("That was a little fast. Your text is kept; please send it again in {seconds} seconds."),
        "signedOut": gettext(
            "You are no longer signed in. Your text is kept; please sign in again or send it as a guest."
        ),
        "leftOne": gettext("1 character left"),
        "leftMany": gettext("{count} characters left"),
        "over": gettext("{count} characters too many"),
        "voted": gettext("You find this worth reading."),
        "unvoted": gettext("Your vote is taken back."),
        "muted": gettext("You do not see this author's comments any more."),
        "unmuted": gettext("You see this author's comments again."),
        "mute": gettext("Mute author"),
        "unmute": gettext("Show author again"),
        "mutedComment": muted_sentence(),
        "repliesOne": gettext("1 more reply"),
        "repliesMany": gettext("{count} more replies"),
        "hideReplies": gettext("Show fewer replies"),
        "failed": gettext("That did not work. Please try again."),
        "saved": gettext("Your new text is stored."),
        "withdrawn": gettext("Your comment is withdrawn."),
        "receipt": gettext("See what becomes of your report"),
        "signedIn": gettext("You are signed in."),
        "replyTo": gettext("Reply to {name}"),
        "errors": gettext("Your comment has not been sent yet."),
        "close": gettext("Close"),
        "cancel": gettext("Cancel reply"),
        "countOne": ngettext("comment", "comments", 1),
        "countMany": ngettext("comment", "comments", 2),
    }


def muted_sentence() -> str:
    """What stands in place of a comment by somebody the reader has muted."""
    return gettext("You have muted this author.")
