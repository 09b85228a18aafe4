"""What is read of a file, or of some lines of it: parts merge in any grouping, and the whole is a profile."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import reduce

from estimator.workload.exports.records import NoRequests
from estimator.workload.exports.remarks import FIRST_PLACES, Remarks, family_of
from estimator.workload.exports.table import Sums, profile_of
from estimator.workload.profile import Profile, merge
from pricing import InputError, InvalidUsage

_LINE = re.compile(r"(.*), line (\d+)")


@dataclass(frozen=True)
class Part:
    """Requests as sums, as a profile or both, and what was learned on the way, as in `Remarks`. It holds no text."""

    sums: Sums | None = None
    profile: Profile | None = None
    families: frozenset[str] = frozenset()
    notes: frozenset[str] = frozenset()
    rows: int = 0
    lost: int = 0
    places: tuple[str, ...] = ()
    fault: str = ""

    def merge(self, later: "Part") -> "Part":
        """Both together, of which `later` lies behind in the file or the list of files."""
        return Part(
            self.sums.merge(later.sums) if self.sums and later.sums else self.sums or later.sums,
            merge(self.profile, later.profile) if self.profile and later.profile else self.profile or later.profile,
            self.families | later.families,
            self.notes | later.notes,
            self.rows + later.rows,
            self.lost + later.lost,
            (*self.places, *later.places)[:FIRST_PLACES],
            self.fault or later.fault,
        )


def part_of(sums: Sums | None, profile: Profile | None, remarks: Remarks) -> Part:
    return Part(
        sums,
        profile,
        frozenset(map(family_of, remarks.models)),
        frozenset(remarks.notes),
        remarks.rows,
        remarks.lost,
        tuple(remarks.places),
        remarks.fault,
    )


def merged(parts: Iterable[Part]) -> Part:
    return reduce(Part.merge, parts, Part())


def checked(part: Part, name: str) -> Part:
    """The part, if it is a file of requests. Raises InputError where more than half of its rows are lost."""
    if 2 * part.lost > part.rows:
        others = f" So it is with {part.lost:,} of its {part.rows:,} rows." if part.lost > 1 else ""
        raise InputError(f"{part.fault}{others}")
    if part.sums is None and part.profile is None:
        raise NoRequests(f"{name}: there are no requests in it.")
    return part


def profile_of_part(part: Part, sizes: tuple[int, ...]) -> Profile:
    """The profile of all that was read, with what was learned besides. Raises InputError where tokens are too many."""
    made = [profile for profile in (part.sums and profile_of(part.sums, sizes), part.profile) if profile]
    both = reduce(merge, made)
    try:
        _ = both.usage  # Which is where they would be found to be too many later.
    except InvalidUsage as error:
        raise InputError(f"all requests together: {error}") from None
    families = part.families | set(both.tokenizers)
    notes = {*both.notes, *part.notes, *([left_out(part)] if part.lost else [])}
    return replace(both, tokenizers=tuple(sorted(families)), notes=tuple(sorted(notes)))


def left_out(part: Part) -> str:
    """How many rows are lost, and where the first are."""
    share = 100 * part.lost / part.rows
    shown = f"{share:.1f} %" if share >= 0.1 else "less than 0.1 %"
    found = [_LINE.fullmatch(place) for place in part.places]
    files = {match[1] for match in found if match}
    if all(found) and len(files) == 1:
        where = f"line{'s' * (part.lost > 1)} " + ", ".join(match[2] for match in found if match)
    else:
        where = "; ".join(place.rpartition("/")[2] for place in part.places)  # A path may tell who somebody is.
    end = " …" if part.lost > len(part.places) else "."
    verb = "are" if part.lost > 1 else "is"
    return f"{part.lost:,} of {part.rows:,} rows could not be read and {verb} left out ({shown}): {where}{end}"
