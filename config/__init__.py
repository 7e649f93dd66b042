"""Where the house is put together: settings, URLs, the Celery app, the admin site."""
