from __future__ import annotations

import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _


class OutboxQuerySet(models.QuerySet["Outbox"]):
    def open(self) -> OutboxQuerySet:
        """Rows whose effect has neither happened nor been given up."""
        return self.filter(done_at__isnull=True, failed_at__isnull=True)

    def due(self, now: datetime.datetime) -> OutboxQuerySet:
        """Open rows that may be delivered now and that no worker holds."""
        return self.open().filter(due_at__lte=now).exclude(leased_until__gt=now)

    def leased(self, now: datetime.datetime) -> OutboxQuerySet:
        """Open rows that a worker holds, or that are on their way to one."""
        return self.open().filter(leased_until__gt=now)

    def failed(self) -> OutboxQuerySet:
        """Rows that were given up."""
        return self.filter(failed_at__isnull=False)


class Outbox(models.Model):
    """An effect outside the database (a mail, a call), written in the transaction that causes it.

    A worker leases a row, does it, marks it done. A lost hint to the broker is only a delay: the sweep finds the row.
    """

    kind = models.CharField(_("kind"), max_length=40)
    # Names the event, so that one event never has two rows.
    event_key = models.CharField(_("event"), max_length=100, unique=True)
    # Primary keys only, never text or addresses.
    payload = models.JSONField(_("payload"), default=dict)
    # Keyed hash of the address it was written for, to find what else waits for the same mailbox.
    recipient = models.CharField(_("recipient"), max_length=64, blank=True)
    # Keyed hash of the domain it goes to: what shares it shares a server that may be slow. Empty: no mail.
    lane = models.CharField(_("lane"), max_length=32, blank=True)
    due_at = models.DateTimeField(_("due"))
    # When it was due before its first attempt; tries end 48 hours later.
    first_due_at = models.DateTimeField(_("first due"), null=True, blank=True)
    leased_until = models.DateTimeField(_("leased until"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    failed_at = models.DateTimeField(_("given up"), null=True, blank=True)
    last_error = models.CharField(_("last error"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = OutboxQuerySet.as_manager()

    class Meta:
        verbose_name = _("outbox row")
        verbose_name_plural = _("outbox rows")
        indexes = (
            # The sweep: what is due, oldest first.
            models.Index(
                fields=("due_at", "id"),
                condition=models.Q(done_at__isnull=True, failed_at__isnull=True),
                name="outbox_due",
            ),
            # services/outbox.py: what else waits for a mailbox.
            models.Index(
                fields=("recipient",),
                condition=models.Q(done_at__isnull=True, failed_at__isnull=True) & ~models.Q(recipient=""),
                name="outbox_by_recipient",
            ),
            # services/outbox.py: the next of a lane.
            models.Index(
                fields=("lane", "due_at", "id"),
                condition=models.Q(done_at__isnull=True, failed_at__isnull=True) & ~models.Q(lane=""),
                name="outbox_by_lane",
            ),
            # services/outbox.py: how many are in hands, and in which lanes.
            models.Index(
                fields=("leased_until",),
                condition=models.Q(done_at__isnull=True, failed_at__isnull=True, leased_until__isnull=False),
                name="outbox_leased",
            ),
            # The desk's page: what was given up, the latest first.
            models.Index(fields=("failed_at", "id"), condition=models.Q(failed_at__isnull=False), name="outbox_failed"),
        )

    def __str__(self) -> str:
        return self.event_key


class Lane(models.Model):
    """A domain, or the mail server itself, that failed when it was last tried; deleted as soon as it works."""

    # As in Outbox.lane; of the mail server services/lanes.py: SERVER.
    name = models.CharField(_("lane"), max_length=32, primary_key=True)
    failures = models.PositiveSmallIntegerField(_("failures in a row"))
    # Until then nothing is sent there, and then one mail at a time.
    rests_until = models.DateTimeField(_("rests until"))

    class Meta:
        verbose_name = _("lane with trouble")
        verbose_name_plural = _("lanes with trouble")

    def __str__(self) -> str:
        return self.name


class WrittenMailbox(models.Model):
    """When we last wrote to a mailbox that nobody has proved to be theirs: once a day at most, whatever is typed into forms."""

    # Keyed hash of the mailbox; the address itself is not kept.
    digest = models.CharField(max_length=64, primary_key=True)
    written_at = models.DateTimeField(_("written"))
    # The row of the outbox whose mail that was: should its worker be killed, the same row may try again.
    outbox_id = models.BigIntegerField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("mailbox written to")
        verbose_name_plural = _("mailboxes written to")

    def __str__(self) -> str:
        return self.digest


class Heartbeat(models.Model):
    """When a background process was last seen alive. In the database, since web and worker may share nothing else."""

    name = models.CharField(_("process"), max_length=40, primary_key=True)
    beaten_at = models.DateTimeField(_("seen"))

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")

    def __str__(self) -> str:
        return self.name
