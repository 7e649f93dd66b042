"""The addresses of messages."""

from django.urls import path

from messaging.views import links, sent, webhooks

app_name = "messaging"
urlpatterns = [
    path("sent/", sent.sent_messages, name="sent"),
    path("sent/<uuid:public_id>/", sent.sent_letter, name="sent_letter"),
    path("unsubscribe/<str:token>", links.unsubscribe, name="unsubscribe"),
    path("preferences/<str:token>", links.preferences, name="preferences"),
    path("news/sms/", webhooks.sms_news, name="sms_news"),
    path("news/mail/<slug:provider>/", webhooks.mail_news, name="mail_news"),
]
