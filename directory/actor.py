"""Who does something: in which role, and for which networks. What they may do is decided here alone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from directory.acts import Act
from directory.details import checked_text
from directory.errors import BadName, MemberRefused, NotInRole, NotTheirNetwork

LONGEST_NAME = 100


class Role(StrEnum):
    ADMINISTRATOR = "administrator"
    """Whoever has an account of the machine that reaches the database."""
    OFFICER = "officer"
    """Words and sends alerts, evaluates reports."""
    NEIGHBOURHOOD_OFFICER = "neighbourhood_officer"
    """A wijkagent: an officer for the networks of their quarter."""
    COORDINATOR = "coordinator"
    """Keeps the member list of their own network; never sends."""
    STREET_LEAD = "street_lead"
    """Sees their street, and changes nothing."""
    MEMBER = "member"
    """Leaves, for themselves."""
    SYSTEM = "system"
    """Nobody: Buurtbel itself."""


_SIGNS_IN = frozenset({Act.ACCEPT_INVITATION, Act.OPEN_SESSION, Act.CLOSE_SESSION})
"""What everybody does who works at the screen."""
_POLICE = _SIGNS_IN | frozenset(
    {
        Act.SIGN_IN,
        Act.FOLLOW,
        Act.SEND,
        Act.STOP,
        Act.WITHDRAW_CODE,
        Act.PAUSE,
        Act.RESUME,
        Act.SET_PACE,
        Act.ADD_PEOPLE,
        Act.FOLLOW_UP,
        Act.READ_REPORTS,
        Act.CLAIM,
        Act.JUDGE,
        Act.SEND_REPORT,
        Act.ANSWER_REPORT,
        Act.SET_PRONUNCIATION,
        Act.REMOVE_PRONUNCIATION,
    }
)
RIGHTS: Mapping[Role, frozenset[Act]] = {
    Role.ADMINISTRATOR: frozenset(Act) - {Act.OPEN_JOURNAL},
    Role.OFFICER: _POLICE,
    Role.NEIGHBOURHOOD_OFFICER: _POLICE,
    Role.COORDINATOR: _SIGNS_IN | frozenset({Act.JOIN, Act.LEAVE, Act.IMPORT, Act.REVIVE}),
    Role.STREET_LEAD: _SIGNS_IN,
    Role.MEMBER: frozenset({Act.LEAVE}),
    Role.SYSTEM: frozenset({Act.OPEN_JOURNAL, Act.RETAIN}),
}
"""What each role may do. In which networks is the actor's own; what is no network's concerns all of them."""


class Kind(StrEnum):
    """What an actor's id is the id of."""

    OFFICER = "officer"
    ACCOUNT = "account"
    """Of the machine's system, by its number (uid)."""
    MEMBER = "member"
    USER = "user"
    """Of the screen."""
    SYSTEM = "system"
    """Without an id."""


@dataclass(frozen=True, slots=True)
class Actor:
    kind: Kind
    id: int | None
    """None where nobody knows which one it was, as of members who share a telephone."""
    role: Role
    name: str = field(default="", repr=False)
    """As colleagues see it; in no journal and in no log."""
    networks: frozenset[str] | None = frozenset()
    """Short names; None for all networks, also those to come."""

    def require(self, act: Act, networks: Iterable[str] | None = ()) -> None:
        """Raise NotInRole or NotTheirNetwork unless they may do this, in all of these networks.

        None stands for all networks.
        """
        if act not in RIGHTS[self.role]:
            raise NotInRole
        if self.networks is None:
            return
        if networks is None or not self.networks.issuperset(networks):
            raise NotTheirNetwork


SYSTEM = Actor(Kind.SYSTEM, None, Role.SYSTEM, networks=None)


def account(uid: int, name: str) -> Actor:
    """Who uses the command line, by the name that they or their account have. Raises BadName."""
    return Actor(Kind.ACCOUNT, uid, Role.ADMINISTRATOR, checked_actor_name(name), None)


def members(ids: Iterable[int]) -> Actor:
    """Whoever answered a telephone of these members, in their own name."""
    them = sorted(set(ids))
    return Actor(Kind.MEMBER, them[0] if len(them) == 1 else None, Role.MEMBER)


def checked_actor_name(name: str) -> str:
    """The name of who does something, as it is kept. Raises BadName."""
    try:
        kept = checked_text(name, "name of who does this", LONGEST_NAME)
    except MemberRefused as wrong:
        raise BadName(str(wrong)) from wrong
    if not any(sign.isalnum() for sign in kept):
        raise BadName("The name of who does this has no letters and no digits; type it again.")
    return kept
