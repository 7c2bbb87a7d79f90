"""Gunicorn's settings; what an operator sets is in docs/operations.md."""

import os

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "0")) or max(2, os.cpu_count() or 1)
threads = int(os.environ.get("WEB_THREADS", "8"))
keepalive = 75
timeout = 120
graceful_timeout = 15
# No access log: FHIR search URLs carry names and birth dates. The audit trail says who read what.
accesslog = None
errorlog = "-"
loglevel = "warning"
# Bounds on what a request line and its headers may hold.
limit_request_line = 8190
limit_request_fields = 100
