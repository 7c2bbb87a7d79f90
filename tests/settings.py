"""The settings of the test run: the shipped ones, made safe to start without an environment."""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("SECRET_KEY", "only-for-tests-" + "x" * 50)

from config.settings import *  # noqa: F403
from config.settings import DATABASES, STORAGES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}
# WhiteNoise warns of a folder that is not there, and warnings are errors.
STATIC_ROOT = Path(tempfile.mkdtemp(prefix="plume-static-"))
CELERY_BROKER_URL = ""
# Every read inserts its audit entry at once, and tests may empty the tables again.
AUDIT_BUFFER_SECONDS = 0
AUDIT_GUARD = False
BULK_SETTLE_SECONDS = 0
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file, not memory: threads, worker processes and the live server see the same database.
    DATABASES["default"]["TEST"] = {
        "NAME": os.path.join(tempfile.mkdtemp(prefix="plume-test-"), "test.sqlite3")
    }
