"""The WSGI application, which granian serves by way of `config.rsgi`."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()

# What is loaded by now stays for as long as the process: the collector need not look
# through it again and again (some 4 % of Python's time in a bill).
gc.collect()
gc.freeze()
