"""The sentence for each thing that an officer should look at before an alert is heard."""

from broadcast.alert.review import (
    HiddenSigns,
    LongPass,
    ManySentences,
    OtherLetters,
    Remark,
    SpokenAddress,
    TelephoneInText,
    UnspokenSigns,
)
from console.words.words import Words


def remark_says(words: Words, remark: Remark) -> str:  # noqa: PLR0911 - one for each kind
    """What is shown of it."""
    match remark:
        case OtherLetters():
            named = ", ".join(remark.words[:5])
            return words.say(
                "Type these words again: they have letters of another script: {words}.", words=named
            )
        case HiddenSigns():
            return words.say(
                "The text has signs that nobody sees. Type it again: {signs}.", signs=" ".join(remark.signs)
            )
        case UnspokenSigns():
            return words.say("Nothing is heard of {signs}. Say it in words.", signs=" ".join(remark.signs))
        case SpokenAddress():
            return words.say(
                "Nobody writes down {written} from a telephone. Leave it out, or say where it is found.",
                written=remark.written,
            )
        case TelephoneInText(is_own=True):
            return words.say("It names the telephone number {written}, one of ours.", written=remark.written)
        case TelephoneInText():
            return words.say(
                "It names the telephone number {written}, which is none of ours. Is it right? "
                "Everybody who hears it may ring it.",
                written=remark.written,
            )
        case ManySentences():
            return words.say(
                "The text has {n} sentences. People remember the last ones: say less.", n=remark.sentences
            )
        case LongPass():
            return words.say(
                "It lasts {n} s. After {limit} s much is forgotten, and a voicemail may cut it: say less.",
                n=round(remark.seconds),
                limit=round(remark.limit),
            )
