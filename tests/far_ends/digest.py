"""Who says a password, as SIP asks for it (digest, RFC 2617 and RFC 8760)."""

import hashlib
import re
from dataclasses import dataclass, field

from tests.far_ends.sip import Header, Message, token

REALM = "far.ends"


@dataclass
class Digest:
    """Asks each time with a nonce that was never used before; one that was used proves nothing."""

    user: str
    password: str
    algorithm: str = "MD5"
    _open: set[str] = field(default_factory=set)

    def challenge(self, name: str = "WWW-Authenticate", *, stale: bool = False) -> Header:
        nonce = token()
        self._open.add(nonce)
        words = f'Digest realm="{REALM}", nonce="{nonce}", algorithm={self.algorithm}, qop="auth"'
        return name, words + (", stale=true" if stale else "")

    def said_to(self, challenge: str, method: str, uri: str) -> Header:
        """What proves that one knows the password; `challenge` is the header's value."""
        told = {
            "nonce": _told(challenge)["nonce"],
            "uri": uri,
            "qop": "auth",
            "nc": "00000001",
            "cnonce": token(),
        }
        said = told | {"username": self.user, "realm": REALM, "response": self._response(method, told)}
        return "Authorization", "Digest " + ", ".join(f'{name}="{value}"' for name, value in said.items())

    def is_proved_by(self, request: Message) -> bool:
        """Whether the request says the password in answer to one of our challenges."""
        told = _told(request.header("Authorization") or request.header("Proxy-Authorization"))
        if told.get("username") != self.user or told.get("nonce") not in self._open:
            return False
        self._open.discard(told["nonce"])
        return told.get("response") == self._response(request.method, told)

    def _response(self, method: str, told: dict[str, str]) -> str:
        who = self._hash(f"{self.user}:{REALM}:{self.password}")
        what = self._hash(f"{method}:{told.get('uri', '')}")
        if "qop" not in told:
            return self._hash(f"{who}:{told['nonce']}:{what}")
        return self._hash(
            ":".join((who, told["nonce"], told.get("nc", ""), told.get("cnonce", ""), told["qop"], what))
        )

    def _hash(self, words: str) -> str:
        return hashlib.new(self.algorithm.replace("-", "").lower(), words.encode()).hexdigest()


def _told(words: str) -> dict[str, str]:
    found = re.findall(r'(\w+)=(?:"([^"]*)"|([^,\s]+))', words)
    return {name.lower(): quoted or bare for name, quoted, bare in found}
