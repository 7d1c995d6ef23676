"""Addresses of the door. allauth's are named one by one: passwords, sign-up and the like do not exist."""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.totp import views as totp
from django.urls import URLPattern, path
from django.views.generic import RedirectView

from upwell_site.core.door import pages
from upwell_site.core.views import door_invitations, door_links, door_me, door_sign_in, door_start, door_try

to_login = RedirectView.as_view(pattern_name="account_login", query_string=True)

urlpatterns: list[URLPattern] = [
    path("", door_me.front, name="front"),
    path("start/", door_start.start, name="start"),
    path("start/done/", door_start.started, name="started"),
    # signing in and out
    path("account/login/", pages.AskForCode.as_view(), name="account_login"),
    path("account/login/code/", to_login, name="account_request_login_code"),
    path("account/login/code/confirm/", pages.EnterCode.as_view(), name="account_confirm_login_code"),
    path("account/login/passkey/", pages.PasskeyLogin.as_view(), name="mfa_login_webauthn"),
    path("account/login/second/", pages.SecondStep.as_view(), name="mfa_authenticate"),
    path("account/logout/", account.logout, name="account_logout"),
    path("account/inactive/", account.account_inactive, name="account_inactive"),
    path("account/joining/", door_sign_in.joining, name="account_signup"),
    # the second step
    path("account/second-step/", door_sign_in.second_step, name="second_step"),
    path("account/again/", pages.AskAgain.as_view(), name="mfa_reauthenticate"),
    path("account/again/passkey/", pages.AskAgainPasskey.as_view(), name="mfa_reauthenticate_webauthn"),
    path("account/app/add/", pages.AddApp.as_view(), name="mfa_activate_totp"),
    path("account/app/remove/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("account/passkey/add/", pages.AddPasskey.as_view(), name="mfa_add_webauthn"),
    path("account/passkey/<int:pk>/remove/", pages.RemovePasskey.as_view(), name="mfa_remove_webauthn"),
    path("account/codes/", pages.RecoveryCodes.as_view(), name="mfa_view_recovery_codes"),
    path("account/codes/new/", pages.NewRecoveryCodes.as_view(), name="mfa_generate_recovery_codes"),
    # what belongs to a sign-in
    path("me/", door_me.me, name="me"),
    path("me/hubs/", door_me.me_hubs, name="me_hubs"),
    path("me/sign-in/", door_sign_in.your_sign_in, name="mfa_index"),
    path("me/sign-in/elsewhere/", door_sign_in.sign_out_elsewhere, name="sign_out_elsewhere"),
    # invitations and links
    path("invitation/<str:key>/", door_invitations.invitation, name="invitation"),
    path("l/<str:key>/", door_links.link, name="link"),
    path("l/<str:key>/mine/", door_links.link_mine, name="link_mine"),
    path("h/<slug:hub>/invitations/", door_invitations.invitations_page, name="invitations"),
    path("h/<slug:hub>/invitations/<int:invitation>/", door_invitations.invitation_made, name="invitation_made"),
    path(
        "h/<slug:hub>/invitations/<int:invitation>/withdraw/",
        door_invitations.invitation_withdraw,
        name="invitation_withdraw",
    ),
    path("h/<slug:hub>/links/", door_links.links_page, name="links"),
    path("h/<slug:hub>/links/made/", door_links.links_made, name="links_made"),
    path("h/<slug:hub>/links/<int:link>/withdraw/", door_links.link_withdraw, name="link_withdraw"),
    # the example
    path("try/", door_try.try_doors, name="try"),
    path("try/post/", door_try.try_post, name="try_post"),
    path("try/remove/", door_try.remove_example, name="remove_example"),
]
