"""Following a discussion by mail: asking for it, confirming, pausing, leaving.

Whoever asks is known to hold the mailbox (an account, the publisher's sign-in) or gets one mail with a link, at most once a
day for a mailbox, whatever is sent to us. Nothing here says whether an address is known.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection
from dataclasses import dataclass

from django.conf import settings as django_settings
from django.core.signing import BadSignature, Signer, TimestampSigner
from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from comments.conf import settings
from comments.enums import Frequency, Proof, Scope, SuppressionReason
from comments.exceptions import InvalidInputError, TooManyRequestsError
from comments.mailboxes import fold_address
from comments.models import Article, Author, Site, Subscriber, Subscription, Suppression
from comments.models.subscriptions import SubscriptionQuerySet
from comments.services import outbox
from comments.services.identity import Identity, clean_email
from comments.throttling import count_or_refuse

UNCONFIRMED_LIFETIME = datetime.timedelta(days=7)
CONFIRMATION = "confirmation_mail"
_confirmation_signer = TimestampSigner(salt="marginalia.confirmation", sep=".")
_subscriber_signer = Signer(salt="marginalia.subscriber", sep=".")
_leave_signer = Signer(salt="marginalia.leave", sep=".")
_digest_signer = Signer(salt="marginalia.leave_digest", sep=".")


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to follow, as it was asked for."""

    site: Site
    scope: Scope
    email: str
    frequency: Frequency = Frequency.INSTANT
    language: str = ""
    article: Article | None = None


def subscribe(wish: Wish, *, identity: Identity, author: Author | None = None, is_counted: bool = True) -> Subscription:
    """Follow a discussion, a site or the replies to `author`; confirmed at once where the mailbox is known to be theirs.

    Otherwise a mail with a link is due, and without the link nothing is ever sent. Asking again changes how often, once
    confirmed only by whoever holds the mailbox. What is limited otherwise need not be counted. 9 queries at most.
    Raises InvalidInputError("email", "article" or "scope"), TooManyRequestsError.
    """
    email = _clean(wish.email)
    _check_target(wish, author)
    if is_counted:
        _count_request(identity)
    proof = proof_of(identity, email, wish.site)
    with transaction.atomic():
        subscription = _stored(wish, email, author, identity.network)
        if proof:
            confirm([subscription], network=identity.network, proof=proof)
            Subscription.objects.filter(pk=subscription.pk).update(frequency=wish.frequency, paused_at=None)
            subscription.refresh_from_db()
        elif subscription.confirmed_at is None:
            _ask_to_confirm(subscription)
    return subscription


def proof_of(identity: Identity, email: str, site: Site) -> Proof | None:
    """By what we know that whoever asks holds a mailbox; None when we do not. No query."""
    if identity.user is not None and identity.site_id in (None, site.pk):
        return Proof.ACCOUNT if _is_same(email, str(getattr(identity.user, "email", ""))) else None
    author = identity.author
    if author is not None and author.site_id == site.pk and author.email_verified_at is not None:
        return Proof.SSO if _is_same(email, author.email) else None
    return None


def confirm(subscriptions: Collection[Subscription], *, network: str, proof: Proof = Proof.LINK) -> int:
    """Note that whoever reads the mailbox agrees; how many were not confirmed before. 1 query.

    What was confirmed once keeps the proof of then.
    """
    named = Subscription.objects.unconfirmed().filter(pk__in=[subscription.pk for subscription in subscriptions])
    return named.update(confirmed_at=timezone.now(), confirmed_network=network, proof=proof)


@transaction.atomic
def answer_request(subscriber: Subscriber, *, shown: Collection[str], wanted: Collection[str], network: str) -> None:
    """Confirm what a mailbox's holder wants of what they were shown, by public identifiers, and forget the rest. 3 queries.

    What was asked for since waits on.
    """
    seen = subscriber.subscriptions.unconfirmed().filter(public_id__in=shown)
    confirm(seen.filter(public_id__in=wanted), network=network)
    seen.exclude(public_id__in=wanted).delete()


def change_frequency(subscription: Subscription, frequency: Frequency) -> None:
    """Be told within minutes or once a day; what is already in a mail to come stays in it. 1 query."""
    Subscription.objects.filter(pk=subscription.pk).update(frequency=frequency)


def pause(subscription: Subscription) -> None:
    """Be told nothing until `resume`; what happens meanwhile is not told later. 1 query."""
    Subscription.objects.filter(pk=subscription.pk).update(paused_at=timezone.now())


def resume(subscription: Subscription) -> None:
    """Be told again, of what is published from now on. 1 query."""
    Subscription.objects.filter(pk=subscription.pk).update(paused_at=None)


def leave(subscription: Subscription) -> None:
    """End a subscription: of a discussion, of replies, or of a site with all that is followed there. 2 to 6 queries.

    Who follows the whole site and leaves the discussion of one article is told of the others as before.
    """
    if subscription.scope == Scope.SITE:
        leave_site(subscription.subscriber, subscription.site)
    elif subscription.article is not None:
        leave_discussion(subscription.subscriber, subscription.article)


@transaction.atomic
def leave_discussion(subscriber: Subscriber, article: Article) -> None:
    """End all that a mailbox follows under an article. 3 to 6 queries."""
    own = subscriber.subscriptions.filter(article=article)
    if not subscriber.subscriptions.filter(site=article.site_id, scope=Scope.SITE).exists():
        own.delete()
        return
    own.exclude(scope=Scope.ARTICLE).delete()
    now = timezone.now()
    Subscription.objects.update_or_create(
        subscriber=subscriber,
        article=article,
        scope=Scope.ARTICLE,
        defaults={"paused_at": now},
        create_defaults={
            "site_id": article.site_id,
            "requested_at": now,
            "confirmed_at": now,
            "proof": Proof.LINK,
            "paused_at": now,
        },
    )


def leave_site(subscriber: Subscriber, site: Site) -> None:
    """End all that a mailbox follows on a site. 2 queries."""
    subscriber.subscriptions.filter(site=site).delete()


def leave_everything(subscriber: Subscriber) -> None:
    """End all that a mailbox follows. 2 queries."""
    subscriber.subscriptions.all().delete()


def leave_digests(subscriber: Subscriber) -> None:
    """End all that a mailbox is told of once a day. 2 queries."""
    daily_of(subscriber).delete()


def daily_of(subscriber: Subscriber) -> SubscriptionQuerySet:
    """All that a mailbox is told of once a day, with sites and articles."""
    return subscriptions_of(subscriber).live().filter(frequency=Frequency.DAILY)


def suppress(email: str, reason: SuppressionReason) -> None:
    """Never write to an address again, for whatever reason, until `write_again`. 2 queries."""
    suppress_digest(address_digest(email), reason)


def suppress_digest(digest: str, reason: SuppressionReason) -> None:
    """As `suppress`, for an address that is known by its `address_digest` only. 2 queries."""
    Suppression.objects.get_or_create(digest=digest, defaults={"reason": reason, "created_at": timezone.now()})


def write_again(email: str) -> bool:
    """Take back `suppress`; whether there was anything to take back. 1 query."""
    found = Suppression.objects.filter(digest__in=_address_digests(email))
    return bool(found.delete()[0])


def end_links(subscriber: Subscriber) -> Subscriber:
    """End every link to a mailbox's subscriptions sent so far; what is sent from now on has new ones. 2 queries."""
    Subscriber.objects.filter(pk=subscriber.pk).update(token_version=F("token_version") + 1)
    subscriber.refresh_from_db(fields=["token_version"])
    return subscriber


def change_language(subscriber: Subscriber, language: str) -> None:
    """Write to a mailbox in another language from now on. 1 query."""
    Subscriber.objects.filter(pk=subscriber.pk).update(language=language)


def is_suppressed(email: str) -> bool:
    """Whether an address is not written to. 1 query."""
    return Suppression.objects.filter(digest__in=_address_digests(email)).exists()


def is_proved(email: str) -> bool:
    """Whether whoever reads a mailbox has confirmed that we may write to it. 1 query."""
    return Subscription.objects.confirmed().filter(subscriber__email=fold_address(email)).exists()


def address_digest(email: str, *, key: str = "") -> str:
    """A keyed hash of an address, the same for all its spellings that `fold_address` knows. 32 hexadecimal digits."""
    mac = salted_hmac("marginalia.address", fold_address(email), secret=key or None, algorithm="sha256")
    return mac.hexdigest()[:32]


def _address_digests(email: str) -> list[str]:
    """By the key of today and by those before it."""
    keys = (django_settings.SECRET_KEY, *django_settings.SECRET_KEY_FALLBACKS)
    return [address_digest(email, key=key) for key in keys]


def make_confirmation_token(subscriber: Subscriber) -> str:
    """The secret part of the link that confirms what a mailbox was asked about, and does nothing else; good for a week."""
    return _confirmation_signer.sign(_named(subscriber))


def read_confirmation_token(token: str) -> Subscriber | None:
    """The mailbox a link asks; None for a forged, revoked or expired one. 1 query for a good one."""
    try:
        return _find(_confirmation_signer.unsign(token, max_age=UNCONFIRMED_LIFETIME))
    except BadSignature:
        return None


def make_subscriber_token(subscriber: Subscriber) -> str:
    """The secret part of the link to a mailbox's subscriptions, in every mail to it; ends with `token_version` alone."""
    return _subscriber_signer.sign(_named(subscriber))


def read_subscriber_token(token: str) -> Subscriber | None:
    """The mailbox a link is for; None for a forged or revoked one. 1 query for a well-signed token."""
    try:
        return _find(_subscriber_signer.unsign(token))
    except BadSignature:
        return None


def make_leave_token(subscription: Subscription) -> str:
    """The secret part of the link that ends one subscription, or with it all of its site or of its mailbox, and can do
    nothing else. Never ends."""
    return _leave_signer.sign(subscription.public_id)


def read_leave_token(token: str) -> Subscription | None:
    """The subscription a link ends, with its target; None when it is gone, and for a forged link. 1 query for a good one."""
    try:
        public_id = _leave_signer.unsign(token)
    except BadSignature:
        return None
    return Subscription.objects.with_target().filter(public_id=public_id).first()


def make_digest_token(subscriber: Subscriber) -> str:
    """The secret part of the link that ends what a mailbox is told of once a day, and can do nothing else. Never ends."""
    return _digest_signer.sign(subscriber.public_id)


def read_digest_token(token: str) -> Subscriber | None:
    """The mailbox whose daily mails a link ends; None when it is gone, and for a forged link. 1 query for a good one."""
    try:
        public_id = _digest_signer.unsign(token)
    except BadSignature:
        return None
    return Subscriber.objects.filter(public_id=public_id).first()


def subscriptions_of(subscriber: Subscriber) -> SubscriptionQuerySet:
    """All that a mailbox follows or has been asked to confirm, with sites and articles, site by site, the latest first."""
    found = Subscription.objects.filter(subscriber=subscriber).with_target()
    return found.order_by("site__name", "site", "-requested_at", "-pk")


def follow_merged(source: Article, target: Article) -> None:
    """Let whoever follows an article follow the one it is merged into; who follows both already does. 4 queries."""
    for scope, fields in ((Scope.ARTICLE, ["subscriber"]), (Scope.REPLIES, ["subscriber", "author"])):
        same = {field: OuterRef(field) for field in fields}
        there = Subscription.objects.filter(article=target, scope=scope, **same)
        found = Subscription.objects.filter(article=source, scope=scope).exclude(Exists(there))
        Subscription.objects.filter(pk__in=list(found.values_list("pk", flat=True))).update(article=target)


def purge_unconfirmed() -> int:
    """Delete what nobody confirmed within a week, and mailboxes that nothing is sent to; how many subscriptions. 4 queries."""
    expired, _by_model = Subscription.objects.expired(timezone.now() - UNCONFIRMED_LIFETIME).delete()
    Subscriber.objects.filter(subscriptions=None, created_at__lt=timezone.now() - UNCONFIRMED_LIFETIME).delete()
    return expired


def _named(subscriber: Subscriber) -> str:
    return f"{subscriber.public_id}-{subscriber.token_version}"


def _find(named: str) -> Subscriber | None:
    public_id, _separator, version = named.partition("-")
    return Subscriber.objects.filter(public_id=public_id, token_version=int(version)).first()


def _clean(email: str) -> str:
    """The address as it is stored. Raises InvalidInputError("email")."""
    if not email.strip():
        raise InvalidInputError("email", _("Please enter your e-mail address."))
    try:
        clean = fold_address(clean_email(email))
    except InvalidInputError:
        clean = ""
    # Of letters outside ASCII few servers take mail, and none of two that look alike.
    if not clean.isascii() or not clean:
        raise InvalidInputError("email", _("This does not look like an e-mail address. Please check it."))
    return clean


def _is_same(email: str, other: str) -> bool:
    return fold_address(email) == fold_address(other) and email != ""


def _check_target(wish: Wish, author: Author | None) -> None:
    if wish.scope != Scope.SITE and wish.article is None:
        raise InvalidInputError("article", _("Please say which article this is about."))
    if wish.scope == Scope.REPLIES and author is None:
        raise InvalidInputError("scope", _("Replies can be followed by those who have written a comment."))


def _count_request(identity: Identity) -> None:
    try:
        count_or_refuse("subscribe", identity.network or identity.key, settings.subscribe_limits["network"])
    except TooManyRequestsError as error:
        message = _("That was a little fast. Please try again in a moment.")
        raise TooManyRequestsError(error.retry_after, message) from error


def _stored(wish: Wish, email: str, author: Author | None, network: str) -> Subscription:
    language = wish.language or wish.site.language
    subscriber, _is_new = Subscriber.objects.get_or_create(email=email, defaults={"language": language})
    target: dict[str, object] = {"scope": wish.scope, "subscriber": subscriber}
    if wish.scope == Scope.SITE:
        target["site"] = wish.site
    else:
        target["article"] = wish.article
    if wish.scope == Scope.REPLIES:
        target["author"] = author
    defaults = {
        "site": wish.site,
        "author": author,
        "frequency": wish.frequency,
        "requested_at": timezone.now(),
        "requested_network": network,
    }
    found, is_new = Subscription.objects.get_or_create(**target, defaults=defaults)
    if not is_new and found.confirmed_at is None:
        # Asked for once more: that is what the link confirms, and its week begins again.
        for name in ("frequency", "requested_at", "requested_network"):
            setattr(found, name, defaults[name])
        found.save(update_fields=["frequency", "requested_at", "requested_network"])
    return found


def _ask_to_confirm(subscription: Subscription) -> None:
    """Have the mail sent that asks; one is enough for all that waits for the same mailbox."""
    subscriber = subscription.subscriber
    if not outbox.waiting_for(subscriber.email, kind=CONFIRMATION):
        outbox.put(
            kind=CONFIRMATION,
            event_key=f"confirmation:{subscription.pk}:{timezone.now():%Y%m%d%H%M%S%f}",
            payload={"subscriber": subscriber.pk},
            delay=datetime.timedelta(),
            address=subscriber.email,
        )
