"""Every slice's routes, in the order in which the documents list them."""

from typing import Final

from fittrack.accounts import routes as account_routes
from fittrack.activities import routes as activity_routes
from fittrack.admin import account_routes as admin_account_routes
from fittrack.admin import history_routes, transaction_routes, user_routes
from fittrack.analytics import routes as analytics_routes
from fittrack.audit import routes as audit_routes
from fittrack.clients import routes as client_routes
from fittrack.clients import token_routes
from fittrack.connections import hook_routes
from fittrack.connections import routes as connection_routes
from fittrack.drawings import admin_routes as drawing_admin_routes
from fittrack.drawings import free_entry_routes, prize_routes, proof_routes, ticket_routes, winner_routes
from fittrack.drawings import routes as drawing_routes
from fittrack.fulfilments import routes as fulfilment_routes
from fittrack.inbox import routes as inbox_routes
from fittrack.leaderboards import routes as leaderboard_routes
from fittrack.mfa import routes as mfa_routes
from fittrack.ops import routes as ops_routes
from fittrack.points import routes as point_routes
from fittrack.privacy import routes as privacy_routes
from fittrack.profiles import routes as profile_routes
from fittrack.reviews import routes as review_routes
from fittrack.schedule import routes as schedule_routes
from fittrack.server.routes import Route
from fittrack.sponsors import routes as sponsor_routes
from fittrack.webhooks import routes as webhook_routes

SLICES: Final[tuple[list[Route], ...]] = (
    account_routes.ROUTES,
    mfa_routes.ROUTES,
    profile_routes.ROUTES,
    privacy_routes.ROUTES,
    activity_routes.ROUTES,
    connection_routes.ROUTES,
    hook_routes.ROUTES,
    point_routes.ROUTES,
    leaderboard_routes.ROUTES,
    ticket_routes.ROUTES,
    drawing_routes.ROUTES,
    proof_routes.ROUTES,
    drawing_admin_routes.ROUTES,
    free_entry_routes.ROUTES,
    winner_routes.ROUTES,
    prize_routes.ROUTES,
    sponsor_routes.ROUTES,
    schedule_routes.ROUTES,
    fulfilment_routes.ROUTES,
    inbox_routes.ROUTES,
    audit_routes.ROUTES,
    user_routes.ROUTES,
    review_routes.ROUTES,
    admin_account_routes.ROUTES,
    history_routes.ROUTES,
    transaction_routes.ROUTES,
    analytics_routes.ROUTES,
    webhook_routes.ROUTES,
    ops_routes.ROUTES,
    client_routes.ROUTES,
    token_routes.ROUTES,
)
