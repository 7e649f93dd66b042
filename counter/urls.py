"""The addresses of the counter."""

from django.urls import path

from counter.views import bill, care, charge, doors, gifts, people, sale, shifts, today

app_name = "counter"
urlpatterns = [
    path("", sale.sale, name="sale"),
    path("find/", sale.find, name="find"),
    path("choose/", sale.choose, name="choose"),
    path("guests/<uuid:public_id>/", sale.sale_of_member, name="sale_of_member"),
    path("cards/<int:card_id>/", sale.sale_of_card, name="sale_of_card"),
    path("quote/", bill.quote, name="quote"),
    path("gift-on-the-counter/", bill.lay_down, name="lay_down"),
    path("coupon-on-the-counter/", bill.lay_coupon, name="lay_coupon"),
    path("still-on-the-counter/", bill.still_laid, name="still_laid"),
    path("charge/", charge.charge, name="charge"),
    path("receipts/<uuid:sale_id>/", charge.receipt, name="receipt"),
    path("sign-in/", doors.sign_in, name="sign_in"),
    path("sign-out/", doors.sign_out, name="sign_out"),
    path("till/", doors.choose_till, name="till"),
    path("who/<slug:task>/", people.who, name="who"),
    path("guests/<uuid:public_id>/top-up/", people.top_up_member, name="top_up_member"),
    path("cards/<int:card_id>/top-up/", people.top_up_card, name="top_up_card"),
    path("top-ups/<int:top_up_id>/", people.top_up_receipt, name="top_up_receipt"),
    path("guests/<uuid:public_id>/care/", care.care, name="care"),
    path("guests/<uuid:public_id>/care/<slug:name>/", care.act, name="care_act"),
    path("gift-cards/", gifts.gift_cards, name="gift_cards"),
    path("gift-cards/sell/", gifts.sell, name="gift_sell"),
    path("gift-cards/look/", gifts.look, name="gift_look"),
    path("codes/", gifts.codes, name="codes"),
    path("enrol/", people.enrol, name="enrol"),
    path("sales/", today.today, name="today"),
    path("sales/elsewhere/", today.elsewhere, name="elsewhere"),
    path("receipts/<uuid:sale_id>/refund/", today.refund, name="refund"),
    path("receipts/<uuid:sale_id>/void/", today.void, name="void"),
    path("shift/", shifts.shift, name="shift"),
    path("shift/open/", shifts.open_shift, name="open_shift"),
    path("shift/hand-over/", shifts.hand_over, name="hand_over"),
    path("shift/close/", shifts.close_shift, name="close_shift"),
    path("shift/<int:shift_id>/slip/", shifts.slip, name="slip"),
]
