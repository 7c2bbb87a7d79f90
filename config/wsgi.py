import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
_pages = get_wsgi_application()

from config.clients import ClientsFirst  # noqa: E402  (needs the settings)

application = ClientsFirst(_pages)
