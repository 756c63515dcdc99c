"""What would go wrong later with the settings and the flaggers, said at start."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from urllib.parse import urlsplit

from django.core import checks
from django.core.checks import CheckMessage, Error, Info, Tags, register
from django.db import DatabaseError

from comments.checks import warn_of_misspelt
from comments.models import Site
from comments.outgoing import may_be_told
from moderation.conf import SETTINGS, Settings, settings
from moderation.flaggers import encoder
from moderation.flaggers.installed import BrokenFlaggerError
from moderation.flaggers.registry import load_flagger
from moderation.insights.flagger_report import DRIFT_WEEKS, read_flagger_report
from moderation.insights.weeks import weeks_up_to_now

# Names that lead nowhere from the public network: RFC 6761, 6762 and 8375, and ICANN's ".internal".
_LOCAL_ENDINGS = (".localhost", ".local", ".internal", ".home.arpa")


@register()
def check_settings(**_kwargs: object) -> Iterable[CheckMessage]:
    """Each MODERATION_ setting is something that it can be."""
    for setting in SETTINGS:
        if fault := setting.fault():
            yield Error(f"{setting.name} {fault}", id="marginalia_moderation.E003")


@register()
def check_setting_names(**_kwargs: object) -> Iterable[CheckMessage]:
    """No MODERATION_ setting has a name that is nearly one of those that there are."""
    return warn_of_misspelt("MODERATION_", [setting.name for setting in SETTINGS], "marginalia_moderation.W005")


@register()
def check_flaggers(**_kwargs: object) -> Iterable[CheckMessage]:
    """Each flagger of MODERATION_FLAGGERS can be loaded, is one, and has a name of its own."""
    names: set[str] = set()
    # What is no list is for check_settings to say.
    for path in () if vars(Settings)["flaggers"].fault() else settings.flaggers:
        try:
            flagger = load_flagger(path)
        except BrokenFlaggerError as error:
            yield Error(f"MODERATION_FLAGGERS: {error}", id="marginalia_moderation.E001")
            continue
        if flagger.name in names:
            yield Error(
                f"MODERATION_FLAGGERS: {path} is the second one named {flagger.name!r}.",
                id="marginalia_moderation.E002",
            )
        names.add(flagger.name)


@register(Tags.database)
def check_drift(databases: Sequence[str] | None = None, **_kwargs: object) -> Iterable[CheckMessage]:
    """No flagger fires, or is agreed with, otherwise than before. Only with `manage.py check --database default`."""
    # Also run before the first migration, and before one that adds what is read here.
    with suppress(DatabaseError):
        for site in Site.objects.all() if databases else ():
            for drift in read_flagger_report(site, weeks_up_to_now(DRIFT_WEEKS)).drifts:
                yield checks.Warning(
                    f"Flagger {drift.flagger} on {site.slug}: {drift.measure} was {drift.before[0]} of {drift.before[1]} in "
                    f"the weeks before, {drift.now[0]} of {drift.now[1]} in the last seven days.",
                    hint="Look at what it said lately, and put it in shadow if it is no longer right.",
                    id="marginalia_moderation.W001",
                )


@register()
def check_encoder(**_kwargs: object) -> Iterable[CheckMessage]:
    """The encoder's file is whole where the packages are there that read it."""
    if settings.encoder and not encoder.missing_packages() and (reason := encoder.fault()):
        yield checks.Warning(
            f"Respect and spam are judged by the small models: {reason}",
            hint="Install the package again.",
            id="marginalia_moderation.W002",
        )


@register(Tags.security, deploy=True)
def check_encoder_works(**_kwargs: object) -> Iterable[CheckMessage]:
    """The encoder can be read. Only with `check --deploy`, since it takes part of a second and 150 MiB."""
    if not encoder.fault() and encoder.usable_encoder() is None:
        yield checks.Warning(
            f"Respect and spam are judged by the small models: {encoder.fault()}",
            hint="Install onnxruntime and numpy again.",
            id="marginalia_moderation.W003",
        )


@register(Tags.security, deploy=True)
def check_encoder_packages(**_kwargs: object) -> Iterable[CheckMessage]:
    """Says with `check --deploy` that respect and spam have the small models, where a site did not choose them."""
    if settings.encoder and encoder.missing_packages():
        yield Info(
            f"Respect and spam are judged by the small models: {encoder.fault()}",
            hint="Or set MODERATION_ENCODER = False.",
            id="marginalia_moderation.I001",
        )


@register(Tags.security, deploy=True)
def check_outside_is_encrypted(**_kwargs: object) -> Iterable[CheckMessage]:
    """Services outside are asked over https, or are on this machine or in its own network. Only with `check --deploy`."""
    for setting, url in (("MODERATION_JUDGE", settings.judge.url), ("MODERATION_CALL_OUT", settings.call_out.url)):
        parts = urlsplit(url)
        host = parts.hostname or ""
        if parts.scheme == "http" and not _is_near(host):
            yield checks.Warning(
                f"{setting} names http://{host}: without encryption texts of readers are sent only to this machine and private "
                "addresses, so nobody is asked.",
                hint="Give it an https:// address. If the name leads to a private address, silence this by SILENCED_SYSTEM_CHECKS.",
                id="marginalia_moderation.W004",
            )


def _is_near(host: str) -> bool:
    """Whether a host is this machine or has a private address, as far as it can be told without asking for its address."""
    try:
        return may_be_told(host, is_encrypted=False)
    except ValueError:
        # A name without a dot is one of a container or of the own network.
        return "." not in host or host.endswith(_LOCAL_ENDINGS)
