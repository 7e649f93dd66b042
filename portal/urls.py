"""The addresses of the portal."""

from django.urls import path

from portal.views import (
    device,
    doors,
    gifts,
    holdings,
    joining,
    me,
    rewards,
    statements,
)

app_name = "portal"
urlpatterns = [
    path("", holdings.card, name="card"),
    path("code/", holdings.code, name="code"),
    path("device-key/", device.device_key, name="device_key"),
    path("offline/", device.offline, name="offline"),
    path("worker.js", device.worker, name="worker"),
    path("card.webmanifest", device.manifest, name="manifest"),
    path("sign-in/", doors.sign_in, name="sign_in"),
    path("sign-in/code/", doors.enter_code, name="enter_code"),
    path("join/", joining.join, name="join"),
    path("join/code/", joining.join_code, name="join_code"),
    path("join/about/", joining.join_about, name="join_about"),
    path("sign-out/", doors.sign_out, name="sign_out"),
    path("sign-out/everywhere/", doors.sign_out_everywhere, name="sign_out_everywhere"),
    path("wallet/", holdings.wallet, name="wallet"),
    path("wallet/<uuid:entry_id>/", holdings.movement, name="movement"),
    path("wallet/plans/", statements.plans, name="plans"),
    path("wallet/statements/", statements.statements, name="statements"),
    path(
        "wallet/statements/<int:year>-<int:month>.<str:form>",
        statements.statement,
        name="statement",
    ),
    path("coupons/", holdings.coupons, name="coupons"),
    path("coupons/used/", holdings.coupons_used, name="coupons_used"),
    path("coupons/expired/", holdings.coupons_expired, name="coupons_expired"),
    path("coupons/enter/", gifts.enter_code, name="coupon_code"),
    path("coupons/take/<int:template_id>/", gifts.take, name="take_coupon"),
    path("coupons/<int:coupon_id>/give/", gifts.give, name="give_coupon"),
    path("coupons/<int:coupon_id>/back/", gifts.take_back, name="take_coupon_back"),
    path("coupons/gift/<str:token>/", gifts.gift, name="coupon_gift"),
    path("rewards/", rewards.rewards, name="rewards"),
    path("rewards/<int:reward_id>/", rewards.reward, name="reward"),
    path("rewards/orders/", rewards.reward_orders, name="reward_orders"),
    path("rewards/orders/<int:order_id>/", rewards.reward_order, name="reward_order"),
    path("rewards/points/", rewards.points, name="points"),
    path("rewards/points/<uuid:entry_id>/", rewards.points_entry, name="points_entry"),
    path("rewards/receipt/", rewards.receipt, name="receipt"),
    path("rewards/check-in/", rewards.check_in, name="check_in"),
    path("me/", me.me, name="me"),
    path("me/consents/", me.consents, name="consents"),
    path("me/devices/<int:device_id>/", me.sign_out_device, name="sign_out_device"),
]
