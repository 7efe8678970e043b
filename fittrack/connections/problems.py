"""What can be wrong with a tracker's connection."""

from fittrack.kit.problems import Conflict, Problem


class TrackerNotConfigured(Problem):
    code, status, title = "tracker-not-configured", 404, "Nobody connects with this provider here"


class TrackerSunset(Conflict):
    code, status, title = "tracker-sunset", 409, "This provider takes no new connections"


class InvalidState(Problem):
    code, status, title = "invalid-state", 400, "The state is unknown, used or too old; connect again"


class RedirectNotAllowed(Problem):
    code, status, title = "redirect-not-allowed", 422, "The provider may not send people back to there"


class ConsentRefused(Conflict):
    code, status, title = "consent-refused", 409, "The provider did not accept the code; connect again"


class TrackerUnreachable(Problem):
    """The state is used up: the person begins anew."""

    code, status, title = "tracker-unreachable", 502, "The provider does not answer; connect again"


class TrackerTaken(Conflict):
    code, status, title = "tracker-taken", 409, "This tracker earns for another account"


class NothingToSync(Conflict):
    code, status, title = "nothing-to-sync", 409, "The phone's app reports this tracker; nothing is fetched"


class HookNotAuthentic(Problem):
    code, status, title = "hook-not-authentic", 401, "The message does not come from the provider"
