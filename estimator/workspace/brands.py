"""How the reports of each client look: one brand a client, kept in the database; nobody writes over another unseen."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy import URL

from estimator.report import Brand
from estimator.workspace import rows
from estimator.workspace.archive import KeptVersion
from estimator.workspace.database import database_url, reading, writing
from estimator.workspace.document import STRICT, damaged, written
from estimator.workspace.errors import StaleBrand
from estimator.workspace.names import LOCAL, clean, iso
from pricing import InputError, now

FORMAT: Final = "breakeven-brand"
VERSION: Final = 1


@dataclass(frozen=True)
class SavedBrand:
    """A client's brand; each save counts `number` up, and only the newest is kept."""

    client: str
    number: int
    saved_at: datetime
    brand: Brand


@dataclass(frozen=True)
class Brands:
    """The brands of one owner's clients. Every method raises Unavailable where the database cannot do it."""

    url: URL
    owner: str = LOCAL

    def clients(self) -> tuple[str, ...]:
        """Those that have a brand, by name."""
        with reading(self.url) as connection:
            return tuple(rows.branded(connection, self.owner))

    def of(self, client: str) -> SavedBrand | None:
        """None where none is saved for the client."""
        with reading(self.url) as connection:
            found = rows.brand(connection, self.owner, client)
        return _saved(found) if found else None

    def save(self, client: str, brand: Brand, base: int = 0) -> SavedBrand:
        """Put a brand in the place of number `base`, the one that the person has seen; 0 where there is none yet.

        Raises StaleBrand with both where another is there by now, InputError for a name that cannot be. Saving the
        very same again finds it saved.
        """
        mine = SavedBrand(clean(client, "client"), base + 1, now(), brand)
        kept = KeptVersion(iso(mine.saved_at), write_brand(brand))
        with writing(self.url) as connection:
            if rows.put_brand(connection, self.owner, mine.client, base, kept):
                return mine
            found = rows.brand(connection, self.owner, mine.client)
        if found is None:
            raise InputError(f"the brand of {mine.client} is not there any more: save it as something new.")
        theirs = _saved(found)
        if theirs.brand == brand:
            return theirs
        raise StaleBrand(mine, theirs)


def brands(owner: str = LOCAL) -> Brands:
    """The brands of this owner's clients where the environment says. Raises InputError as database_url does."""
    return Brands(database_url(), owner)


class _Document(BaseModel):
    model_config = ConfigDict(**STRICT, ser_json_bytes="base64", val_json_bytes="base64")

    format: Literal["breakeven-brand"]
    version: Literal[1]
    client: str
    prepared_by: str
    confidentiality: str
    color: str
    second_color: str
    logo: bytes


def write_brand(brand: Brand) -> str:
    """As JSON, the logo in Base64."""
    fields = asdict(brand) | {"format": FORMAT, "version": VERSION}
    return written(_Document.model_construct(**fields))


def read_brand(text: str, name: str) -> Brand:
    """The brand written as `text`. Raises InputError, with the `name` it goes by, where `write_brand` did not."""
    try:
        made = _Document.model_validate_json(text)
    except ValidationError as error:
        raise damaged(error, name, "brand") from None
    try:
        return Brand(**made.model_dump(exclude={"format", "version"}))
    except InputError as error:
        raise InputError(f"{name}: {error}") from None


def _saved(row: rows.VersionRow) -> SavedBrand:
    brand = read_brand(row.document, f"the brand of {row.client}")
    return SavedBrand(row.client, row.number, datetime.fromisoformat(row.saved_at), brand)
