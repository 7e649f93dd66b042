"""Every address of the house."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from config import views

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", views.metrics_page, name="metrics"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
    path("counter/", include("counter.urls")),
    path("portal/", include("portal.urls")),
    # Where the letters of gift cards lead.
    path("gift/<str:token>", RedirectView.as_view(pattern_name="portal:gift_card")),
    path("api/", include("api.urls")),
    path("messages/", include("messaging.urls")),
]

handler400 = "config.views.bad_request"
handler403 = "config.views.permission_denied"
handler404 = "config.views.not_found"
handler500 = "config.views.server_error"
