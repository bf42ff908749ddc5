"""The back office's foundation: base classes for every app's admin pages, and the audit log."""

from forexpro.core.admin import audit_log as audit_log
from forexpro.core.admin import planned_changes as planned_changes
from forexpro.core.admin import schedules as schedules
from forexpro.core.admin import webhook_deliveries as webhook_deliveries
from forexpro.core.admin import webhook_endpoints as webhook_endpoints
