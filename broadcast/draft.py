"""An alert as an officer words it, and what is wrong with one that nobody could speak."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from unicodedata import category

from broadcast.errors import BadAlert
from broadcast.states import FollowUpKind, Whom
from directory.acts import Act
from prompts.languages import LANGUAGES


@dataclass(frozen=True, slots=True)
class SpokenMessage:
    """A message that was spoken instead of typed."""

    audio: str
    """SHA-256 of a sound that is kept in the database."""
    language: str
    """Which language is spoken in it."""


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What a broadcast follows, as an officer asks for it."""

    first: int
    kind: FollowUpKind
    whom: Whom


@dataclass(frozen=True, slots=True)
class Draft:
    """Texts, a recording, or both: then the texts are for those who have such a language."""

    networks: Sequence[str]
    texts: Mapping[str, str]
    """By language; without a recording the first is for everybody whose language has none."""
    urgent: bool
    recording: SpokenMessage | None = None
    report: int | None = None
    """The report of a member that it is made from."""
    follow_up: FollowUp | None = None
    answers: int | None = None
    """The report of a member who alone is told this."""

    @property
    def act(self) -> Act:
        """What who sends it does."""
        if self.follow_up is not None:
            return Act.FOLLOW_UP
        if self.answers is not None:
            return Act.ANSWER_REPORT
        return Act.SEND if self.report is None else Act.SEND_REPORT

    @property
    def comes_of(self) -> dict[str, int]:
        """What it was made for, by its id: the broadcast that it follows, or a report."""
        if self.follow_up is not None:
            return {"follows": self.follow_up.first}
        report = self.answers if self.report is None else self.report
        return {} if report is None else {"report": report}

    @property
    def languages(self) -> tuple[str, ...]:
        """Those that its message exists in."""
        return (*self.texts, *([self.recording.language] if self.recording else []))

    def text_for(self, language: str) -> tuple[str, str] | None:
        """What is spoken for these members, and in which language; None when it is the recording."""
        if language in self.texts:
            return self.texts[language], language
        if self.recording is not None:
            return None
        written_in = next(iter(self.texts))
        return self.texts[written_in], written_in


def check_draft(draft: Draft) -> None:
    """Raise BadAlert unless there is something to say, in languages we speak."""
    if not draft.texts and draft.recording is None:
        raise BadAlert("Write what people must hear: at least one text, for example nl=...")
    for language, text in draft.texts.items():
        _check_language(language)
        if not text.strip():
            raise BadAlert(f"The text in {language} is empty; write what people must hear.")
        if _has_control_character(text):
            raise BadAlert(f"The text in {language} has a control character; type it again.")
    if draft.recording is not None:
        _check_language(draft.recording.language)
        if draft.recording.language in draft.texts:
            raise BadAlert(
                f"There are a recording and a text in {draft.recording.language}; give one for each language."
            )


def _check_language(language: str) -> None:
    if language not in LANGUAGES:
        raise BadAlert(f"There is no language {language[:20]!r}; use {', '.join(LANGUAGES)}.")


def _has_control_character(text: str) -> bool:
    return any(category(sign) in {"Cc", "Cs"} and not sign.isspace() for sign in text)
