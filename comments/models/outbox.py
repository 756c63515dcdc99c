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
    due_at = models.DateTimeField(_("due"))
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
        )

    def __str__(self) -> str:
        return self.event_key


class WrittenMailbox(models.Model):
    """When we last wrote to a mailbox that nobody has proved to be theirs: once a day at most, whatever is typed into forms."""

    # Keyed hash of the mailbox; the address itself is not kept.
    digest = models.CharField(max_length=64, primary_key=True)
    written_at = models.DateTimeField(_("written"))

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
