"""The addresses of messages."""

from django.urls import path

from messaging.views import sent

app_name = "messaging"
urlpatterns = [
    path("sent/", sent.sent_messages, name="sent"),
    path("sent/<uuid:public_id>/", sent.sent_letter, name="sent_letter"),
]
