"""Which font draws which character, for paper and screen alike (TECH 0.2 to 0.6, DOMAIN 6.7).

A name is a sequence of *clusters*: a character with the selector or marks that belong to it.
Every cluster is looked up exactly: a variation sequence is held by a font only when its table
of sequences says so, never because the font holds the bare character. The answer is a glyph of
one font file, so that a screen which draws the outlines of these glyphs shows what the paper
will show.

Looking up reads the mapped file in place (HarfBuzz): opening a font of 46 MB costs nothing at
start. The proof looks up anew with another reader (``forms.proof.sources``).
"""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from pathlib import Path
from typing import Protocol

import uharfbuzz as hb

from app.core.errors import EnvironmentFault, UserError
from app.core.paths import RESOURCES
from app.core.text import clusters, is_selector

SUBSTITUTE = "〓"
"""Drawn in place of a character that no configured font holds, with an entry in a list."""

ROLES = frozenset({"gothic", "bold", "mincho"})
_FONT_KEYS = frozenset({"name", "roles", "files", "collection", "required", "private_use"})


class MissingKind(Enum):
    """What could not be drawn as it stands."""

    SEQUENCE = "sequence"  # the character exists, its variant does not: stops a print
    CHARACTER = "character"  # drawn as 〓 and listed


@dataclass(frozen=True, slots=True)
class Missing:
    """A cluster that no configured font of the role holds. ``position`` counts clusters from 0."""

    kind: MissingKind
    cluster: str
    position: int
    field: str = ""

    @property
    def codes(self) -> str:
        """The code points as a clerk can pass them on: ``U+845B U+E0102``."""
        return " ".join(f"U+{ord(char):04X}" for char in self.cluster)


@dataclass(frozen=True, slots=True)
class FontSpec:
    """One ``[[font]]`` of fonts.toml whose file was found."""

    name: str
    roles: tuple[str, ...]
    path: Path
    collection: str
    private_use: bool


class Pen(Protocol):
    """What traces an outline (the names are those of the font library)."""

    def moveTo(self, at: tuple[float, float]) -> None: ...

    def lineTo(self, to: tuple[float, float]) -> None: ...

    def qCurveTo(self, control: tuple[float, float], to: tuple[float, float]) -> None: ...

    def curveTo(
        self, first: tuple[float, float], second: tuple[float, float], to: tuple[float, float]
    ) -> None: ...

    def closePath(self) -> None: ...


class FontFile:
    """An opened font. Glyph ids are those of the file; advances are in ems."""

    def __init__(self, spec: FontSpec) -> None:
        self.spec = spec

    @cached_property
    def _font(self) -> hb.Font:
        face = hb.Face(hb.Blob.from_file_path(str(self.spec.path)))
        if "glyf" not in face.table_tags:
            raise EnvironmentFault(
                "forms.font_unusable",
                f"フォント「{self.spec.name}」のファイルは壊れているか、使えない形式です。",
                "TrueType 形式のフォントを入れ直してください。",
            )
        return hb.Font(face)

    @property
    def face(self) -> hb.Face:
        """The face, for subsetting."""
        return self._font.face

    @cached_property
    def units_per_em(self) -> int:
        """Font units in one em."""
        return int(self._font.face.upem)

    def find_glyph(self, cluster: str) -> int | None:
        """The glyph that draws exactly this cluster, or None."""
        if len(cluster) == 1:
            return self._nominal(cluster)
        if len(cluster) == 2 and is_selector(cluster[1]):
            glyph = self._font.get_variation_glyph(ord(cluster[0]), ord(cluster[1]))
            return int(glyph) if glyph else None
        composed = compose(cluster)
        return None if composed is None else self._nominal(composed)

    def advance(self, glyph: int) -> float:
        """The width of the glyph in ems."""
        return float(self._font.get_glyph_h_advance(glyph)) / self.units_per_em

    def draw(self, glyph: int, pen: Pen) -> None:
        """Trace the outline of the glyph with ``pen``, in font units (``units_per_em`` to an em),
        y upwards: read from the mapped file, nothing is loaded."""
        self._font.draw_glyph_with_pen(glyph, pen)

    def extents(self, glyph: int) -> tuple[int, int, int, int]:
        """Left, bottom, right and top of the outline in thousandths of an em."""
        found = self._font.get_glyph_extents(glyph)
        edges = (
            found.x_bearing,
            found.y_bearing + found.height,
            found.x_bearing + found.width,
            found.y_bearing,
        )
        left, bottom, right, top = (round(edge * 1000 / self.units_per_em) for edge in edges)
        return left, bottom, right, top

    def _nominal(self, char: str) -> int | None:
        category = unicodedata.category(char)
        if category in {"Cc", "Cf", "Cs", "Zl", "Zp"}:
            return None
        if category == "Co" and not self.spec.private_use:
            return None
        glyph = self._font.get_nominal_glyph(ord(char))
        return int(glyph) if glyph else None


@dataclass(frozen=True, slots=True)
class Glyph:
    """One drawn glyph: ``text`` is what it stands for (〓 where ``cluster`` is not held)."""

    glyph: int
    advance: float  # in the unit of the size given to split_runs
    cluster: str
    text: str


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring glyphs of one font. ``path`` is the font file (collection index is 0)."""

    font: FontFile
    glyphs: tuple[Glyph, ...]

    @property
    def path(self) -> Path:
        """The font file, for a screen that draws the same outlines."""
        return self.font.spec.path

    @property
    def width(self) -> float:
        """Sum of the advances."""
        return sum(glyph.advance for glyph in self.glyphs)


@dataclass(frozen=True, slots=True)
class Line:
    """A text split into runs, with what could not be drawn as it stands."""

    runs: tuple[Run, ...]
    missing: tuple[Missing, ...]

    @property
    def width(self) -> float:
        """Sum of the advances in the unit of the size."""
        return sum(run.width for run in self.runs)

    @property
    def text(self) -> str:
        """What is drawn: the text with 〓 for what is missing."""
        return "".join(glyph.text for run in self.runs for glyph in run.glyphs)


class FontSet:
    """The configured fonts in order. Immutable; look-ups are remembered."""

    def __init__(self, specs: Iterable[FontSpec]) -> None:
        self.files = tuple(FontFile(spec) for spec in specs)
        self._chains = {
            role: tuple(file for file in self.files if role in file.spec.roles) for role in ROLES
        }
        self._found: dict[tuple[str, str], tuple[tuple[FontFile, int], ...]] = {}
        self._advances: dict[tuple[str, str], float] = {}

    def chain(self, role: str) -> tuple[FontFile, ...]:
        """The fonts of a role in the order in which they are asked."""
        return self._chains[role]

    def holders(self, cluster: str, role: str) -> tuple[tuple[FontFile, int], ...]:
        """Every font of the role that holds exactly this cluster, with its glyph."""
        key = (cluster, role)
        found = self._found.get(key)
        if found is None:
            found = tuple(
                (file, glyph)
                for file in self._chains[role]
                if (glyph := file.find_glyph(cluster)) is not None
            )
            self._found[key] = found
        return found

    def advance(self, cluster: str, role: str) -> float:
        """The width in ems of a cluster alone (of 〓 when no font holds it)."""
        key = (cluster, role)
        width = self._advances.get(key)
        if width is None:
            holders = self.holders(cluster, role) or self.holders(SUBSTITUTE, role)
            file, glyph = holders[0]
            width = self._advances[key] = file.advance(glyph)
        return width


def load_fonts(config: Path = RESOURCES / "fonts" / "fonts.toml") -> FontSet:
    """Read the list of fonts and find their files; no font is opened yet.

    Raises EnvironmentFault: ``forms.fonts_config`` (the list is unreadable or wrong),
    ``forms.font_missing`` (no file of a required font exists).
    """
    try:
        document = tomllib.loads(config.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as cause:
        raise _config_fault(f"読み取れません（{cause}）。") from cause
    entries = document.get("font", [])
    specs = [spec for entry in entries if (spec := _read_spec(entry, config.parent)) is not None]
    for role in ROLES:
        if not any(role in spec.roles for spec in specs):
            raise _config_fault(f"役割「{role}」のフォントがありません。")
    return FontSet(specs)


def absent_fonts(config: Path = RESOURCES / "fonts" / "fonts.toml") -> tuple[str, ...]:
    """Names of configured fonts that the program starts without and whose file is not there.

    What only they hold cannot be printed. Raises as ``load_fonts``.
    """
    present = {file.spec.name for file in load_fonts(config).files}
    document = tomllib.loads(config.read_text(encoding="utf-8"))
    names = (str(entry["name"]) for entry in document["font"])
    return tuple(name for name in names if name not in present)


def split_runs(text: str, fonts: FontSet, size: float, role: str = "mincho") -> Line:
    """Split ``text`` into runs of glyphs at ``size`` (any unit; advances come in the same).

    One font that holds every cluster is preferred to a mixture, so that a name is drawn in one
    hand where that is possible. Nothing is raised: what is missing is drawn as 〓 and listed in
    ``missing``, where a screen shows it; ``forms.drawing`` refuses to print a missing sequence.
    """
    wanted = clusters(text)
    held = [fonts.holders(cluster, role) for cluster in wanted]
    common = _common_font(held, fonts.chain(role))
    missing: list[Missing] = []
    runs: list[tuple[FontFile, list[Glyph]]] = []
    for position, (cluster, holders) in enumerate(zip(wanted, held, strict=True)):
        drawn = cluster
        if not holders:
            missing.append(Missing(_kind_of(cluster), cluster, position))
            drawn = SUBSTITUTE
            holders = fonts.holders(SUBSTITUTE, role)
        file, glyph = next((pair for pair in holders if pair[0] is common), holders[0])
        placed = Glyph(glyph, file.advance(glyph) * size, cluster, drawn)
        if runs and runs[-1][0] is file:
            runs[-1][1].append(placed)
        else:
            runs.append((file, [placed]))
    return Line(tuple(Run(file, tuple(glyphs)) for file, glyphs in runs), tuple(missing))


def refuse_missing_sequences(missing: Iterable[Missing], title: str, name: str) -> None:
    """Raise UserError ``forms.sequence_missing`` when a variant is among ``missing``.

    ``title`` is the item's title for the message, ``name`` its attribute.
    Printing the bare character instead would silently change a person's name.
    """
    lost = [item for item in missing if item.kind is MissingKind.SEQUENCE]
    if lost:
        shown = "、".join(f"「{item.cluster[0]}」（{item.codes}）" for item in lost)
        raise UserError(
            "forms.sequence_missing",
            f"「{title}」の異体字 {shown} を持つフォントがないため、印刷できません。",
            "別の字形では印刷しません。文字コードを控えて、"
            "システム管理者にフォントの追加を依頼してください。",
            field=name,
        )


def _kind_of(cluster: str) -> MissingKind:
    selected = len(cluster) > 1 and any(is_selector(char) for char in cluster)
    return MissingKind.SEQUENCE if selected else MissingKind.CHARACTER


def compose(cluster: str) -> str | None:
    """The one character equal to a base with combining marks (か + ゛ as が), or None.

    Only used to find an outline. The text itself stays as written: normalising names destroys
    them (TECH 0.6).
    """
    if any(is_selector(char) for char in cluster):
        return None
    composed = unicodedata.normalize("NFC", cluster)
    return composed if len(composed) == 1 else None


def _common_font(
    held: list[tuple[tuple[FontFile, int], ...]], chain: tuple[FontFile, ...]
) -> FontFile | None:
    """The font that holds every cluster, if it is not further down the chain than needed.

    A fallback font further down is not asked to draw what better fonts can draw together.
    """
    every = [tuple(file for file, _ in holders) for holders in held if holders]
    firsts = {files[0] for files in every}
    if len(firsts) <= 1:
        return next(iter(firsts), None)
    furthest = max(chain.index(files[0]) for files in every)
    return next(
        (file for file in chain[: furthest + 1] if all(file in files for files in every)), None
    )


def _read_spec(entry: Mapping[str, object], folder: Path) -> FontSpec | None:
    name = str(entry.get("name", "?"))
    roles, files = entry.get("roles"), entry.get("files")
    unknown = set(entry) - _FONT_KEYS
    if unknown or not isinstance(roles, list) or not isinstance(files, list):
        raise _config_fault(f"フォント「{name}」の項目が正しくありません。")
    if not set(roles) <= ROLES:
        raise _config_fault(f"フォント「{name}」の役割が正しくありません。")
    path = next((path for file in files if (path := folder / str(file)).is_file()), None)
    if path is None:
        if not entry.get("required", True):
            return None
        raise EnvironmentFault(
            "forms.font_missing",
            f"印刷と画面に使うフォント「{name}」が見つかりません。",
            "プログラムを入れ直すか、フォントの一覧（fonts.toml）にある場所へ置いてください。",
        )
    return FontSpec(
        name,
        tuple(str(role) for role in roles),
        path,
        str(entry.get("collection", "")),
        bool(entry.get("private_use", False)),
    )


def _config_fault(cause: str) -> EnvironmentFault:
    return EnvironmentFault(
        "forms.fonts_config",
        f"フォントの一覧（fonts.toml）に誤りがあります。{cause}",
        "プログラムを入れ直すか、システム管理者に連絡してください。",
    )
