"""`/auth`: from nobody to a session, and back (SPEC 10)."""

from aiohttp import web

from fittrack.accounts import (
    email_token_queries,
    invitations,
    recovery,
    registration,
    rules,
    schemas,
    signing_in,
    views,
)
from fittrack.accounts.commands import VerifyEmail
from fittrack.accounts.problems import (
    AccountNotOpen,
    EmailTaken,
    InvalidCredentials,
    InvalidIdToken,
    InvalidRefreshToken,
    InvalidToken,
    InvitationOpen,
    IssuerUnreachable,
    LoginLocked,
    NoPassword,
    PasswordRequired,
    ProviderNotConfigured,
    RegistrationRequired,
)
from fittrack.accounts.services import ACCOUNTS, Client
from fittrack.accounts.social import signing_in as social
from fittrack.accounts.social.signing_in import APPLE, GOOGLE
from fittrack.kit.idempotency import intend
from fittrack.kit.problems import Busy
from fittrack.server.addresses import client_address
from fittrack.server.asking import REGISTRY, USER, command, render_answer
from fittrack.server.idempotency import REPLAYED, idempotency_key, render_kept
from fittrack.server.parse import parse
from fittrack.server.principal import principal_of
from fittrack.server.render import no_content, render
from fittrack.server.routes import API, Access, Route
from fittrack.sessions.tokens import hash_token

USER_AGENT_LENGTH_MAX = 300
_AUTH = f"{API}/auth"
_TAG = "Auth"


async def register(request: web.Request) -> web.Response:
    form, key = await parse(request, schemas.Register), idempotency_key(request)
    return render_kept(await registration.register(request.app[ACCOUNTS], form, key))


async def verify_email(request: web.Request) -> web.Response:
    token_hash = hash_token((await parse(request, schemas.TokenBody)).token)
    found = await request.app[ACCOUNTS].reads.run(email_token_queries.find, token_hash, rules.VERIFY_EMAIL)
    if found is None:
        raise InvalidToken
    player = request.app[REGISTRY].ref(USER, found.user_id)
    return render_answer(await command(request, player, VerifyEmail(token_hash)))


async def accept_invitation(request: web.Request) -> web.Response:
    """The account opens: it has a password, and its address is verified by the code."""
    form, key = await parse(request, schemas.AcceptInvitation), idempotency_key(request)
    user_id, kept = await invitations.accept(request.app[ACCOUNTS], form, key)
    accepted = render_kept(kept)
    player = request.app[REGISTRY].ref(USER, user_id)
    verified = render_answer(await player.ask(intend(VerifyEmail(hash_token(form.token)), None)))
    if REPLAYED in accepted.headers:
        verified.headers[REPLAYED] = accepted.headers[REPLAYED]
    return verified


async def resend_verification(request: web.Request) -> web.Response:
    form, key = await parse(request, schemas.EmailBody), idempotency_key(request)
    return render_kept(await registration.resend_verification(request.app[ACCOUNTS], form.email, key))


async def forgot_password(request: web.Request) -> web.Response:
    form, key = await parse(request, schemas.EmailBody), idempotency_key(request)
    return render_kept(await recovery.forgot_password(request.app[ACCOUNTS], form.email, key))


async def reset_password(request: web.Request) -> web.Response:
    form, key = await parse(request, schemas.ResetPassword), idempotency_key(request)
    return render_kept(await recovery.reset_password(request.app[ACCOUNTS], form, key))


async def change_password(request: web.Request) -> web.Response:
    form = await parse(request, schemas.ChangePassword)
    await recovery.change_password(request.app[ACCOUNTS], principal_of(request), form)
    return render(schemas.Message("The password is changed; your other devices are signed out."))


async def login(request: web.Request) -> web.Response:
    form = await parse(request, schemas.Login)
    return render(await signing_in.sign_in(request.app[ACCOUNTS], form, _client(request, form.device_id)))


async def google(request: web.Request) -> web.Response:
    return await _sign_in_with(request, GOOGLE)


async def apple(request: web.Request) -> web.Response:
    return await _sign_in_with(request, APPLE)


async def _sign_in_with(request: web.Request, provider: str) -> web.Response:
    form = await parse(request, schemas.SocialSignIn)
    client = _client(request, form.device_id)
    admission = await social.sign_in(request.app[ACCOUNTS], request.app[REGISTRY], provider, form, client)
    return render(admission.signed_in, status=201 if admission.opened else 200)


async def refresh(request: web.Request) -> web.Response:
    form = await parse(request, schemas.Refresh)
    return render(await signing_in.refresh(request.app[ACCOUNTS], form.refresh_token, _client(request)))


async def logout(request: web.Request) -> web.Response:
    await signing_in.sign_out(request.app[ACCOUNTS], principal_of(request))
    return no_content()


async def logout_all(request: web.Request) -> web.Response:
    await signing_in.sign_out_everywhere(request.app[ACCOUNTS], principal_of(request))
    return no_content()


async def me(request: web.Request) -> web.Response:
    services = request.app[ACCOUNTS]
    today = services.calendar.day_of(services.clock.now())
    return render(await services.reads.run(views.me, principal_of(request).user_id, today))


def _client(request: web.Request, device_id: str | None = None) -> Client:
    agent = request.headers.get("User-Agent")
    return Client(agent[:USER_AGENT_LENGTH_MAX] if agent else None, client_address(request), device_id)


ROUTES = [
    Route(
        "POST",
        f"{_AUTH}/register",
        register,
        summary="Open an account",
        access=Access.ANYONE,
        tag=_TAG,
        body=schemas.Register,
        answer=schemas.Registered,
        status=201,
        validation_status=400,
        problems=(EmailTaken, Busy),
    ),
    Route(
        "POST",
        f"{_AUTH}/verify-email",
        verify_email,
        summary="Verify the email address with the code from the letter",
        access=Access.ANYONE,
        tag=_TAG,
        body=schemas.TokenBody,
        answer=schemas.Verified,
        problems=(InvalidToken, InvitationOpen),
    ),
    Route(
        "POST",
        f"{_AUTH}/accept-invitation",
        accept_invitation,
        summary="Open the account that was made for one, with the code from the letter",
        access=Access.ANYONE,
        tag=_TAG,
        body=schemas.AcceptInvitation,
        answer=schemas.Verified,
        problems=(InvalidToken, Busy),
    ),
    Route(
        "POST",
        f"{_AUTH}/resend-verification",
        resend_verification,
        summary="Ask for another verification letter",
        access=Access.ANYONE,
        tag=_TAG,
        body=schemas.EmailBody,
        answer=schemas.Message,
        status=202,
    ),
    Route(
        "POST",
        f"{_AUTH}/forgot-password",
        forgot_password,
        summary="Ask for a letter with a code that resets the password",
        access=Access.ANYONE,
        tag=_TAG,
        body=schemas.EmailBody,
        answer=schemas.Message,
        status=202,
    ),
    Route(
        "POST",
        f"{_AUTH}/reset-password",
        reset_password,
        summary="Set a new password with the code from the letter; ends every session",
        access=Access.ANYONE,
        tag=_TAG,
        body=schemas.ResetPassword,
        answer=schemas.Message,
        problems=(InvalidToken, Busy),
    ),
    Route(
        "POST",
        f"{_AUTH}/change-password",
        change_password,
        summary="Change the password; ends every other session",
        access=Access.SIGNED_IN,
        tag=_TAG,
        body=schemas.ChangePassword,
        answer=schemas.Message,
        idempotent=False,
        problems=(NoPassword, LoginLocked, Busy),
    ),
    Route(
        "POST",
        f"{_AUTH}/login",
        login,
        summary="Begin a session on a device",
        access=Access.ANYONE,
        tag=_TAG,
        body=schemas.Login,
        answer=schemas.SignedIn,
        secret=True,
        idempotent=False,
        problems=(InvalidCredentials, AccountNotOpen, LoginLocked, Busy),
    ),
    *(
        Route(
            "POST",
            f"{_AUTH}/social/{provider}",
            handler,
            summary=f"Begin a session with an ID token of {provider.capitalize()}",
            access=Access.ANYONE,
            tag=_TAG,
            body=schemas.SocialSignIn,
            answer=schemas.SignedIn,
            other_answers={201: schemas.SignedIn},
            validation_status=400,
            secret=True,
            idempotent=False,
            problems=(
                InvalidIdToken,
                RegistrationRequired,
                AccountNotOpen,
                PasswordRequired,
                ProviderNotConfigured,
                EmailTaken,
                IssuerUnreachable,
                Busy,
            ),
        )
        for provider, handler in ((GOOGLE, google), (APPLE, apple))
    ),
    Route(
        "POST",
        f"{_AUTH}/refresh",
        refresh,
        summary="Exchange a refresh token for new tokens",
        access=Access.ANYONE,
        tag=_TAG,
        body=schemas.Refresh,
        answer=schemas.SignedIn,
        secret=True,
        idempotent=False,
        problems=(InvalidRefreshToken,),
    ),
    Route(
        "POST",
        f"{_AUTH}/logout",
        logout,
        summary="End this session",
        access=Access.SIGNED_IN,
        tag=_TAG,
        idempotent=False,
    ),
    Route(
        "POST",
        f"{_AUTH}/logout-all",
        logout_all,
        summary="End every session of the account",
        access=Access.SIGNED_IN,
        tag=_TAG,
        idempotent=False,
    ),
    Route(
        "GET",
        f"{_AUTH}/me",
        me,
        summary="The signed-in account",
        access=Access.SIGNED_IN,
        tag=_TAG,
        answer=schemas.Me,
    ),
]
