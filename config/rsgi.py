"""The application that granian serves: Django, with bodies in bounds."""

import resource

from django.conf import settings

from config.bodies import Limits
from config.server import Server
from config.wsgi import application as django

application = Server(
    django,
    threads=settings.WEB_THREADS,
    limits=Limits(
        seconds=settings.BODY_SECONDS,
        pace=settings.BODY_PACE,
        room=settings.BODY_ROOM,
        largest=settings.LARGEST_BODY,
        prefixes=settings.LARGEST_BODIES,
    ),
)

# A connection is a file: as many as the system lets a process have.
MOST_FILES = 65536
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
if hard != resource.RLIM_INFINITY:
    MOST_FILES = min(MOST_FILES, hard)
resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, MOST_FILES), hard))
