"""The two themes. Every colour is one of the 256 that a terminal over SSH has, so nothing is approximated there; where there
are only sixteen, every colour is one of those.

Words are legible (contrast 4.5 and more on every ground they stand on) and no meaning rests on a colour alone.
"""

from __future__ import annotations

from textual.theme import Theme

DARK = "dltutor-dark"
LIGHT = "dltutor-light"

_DARK = {
    "ground": "#121212",
    "surface": "#1c1c1c",
    "panel": "#303030",
    "bar": "#585858",
    "text": "#dadada",
    "muted": "#a8a8a8",
    "primary": "#87afff",
    "accent": "#ffaf5f",
    "success": "#87d787",
    "warning": "#ffd75f",
    "error": "#ff8787",
}
_LIGHT = {
    "ground": "#eeeeee",
    "surface": "#e4e4e4",
    "panel": "#dadada",
    "bar": "#9e9e9e",
    "text": "#1c1c1c",
    "muted": "#4e4e4e",
    "primary": "#005faf",
    "accent": "#5f0087",
    "success": "#005f00",
    "warning": "#5f5f00",
    "error": "#870000",
}
# The sixteen, as they are named to terminals that have no more. Of these only some can be read on black, and fewer on white;
# what is chosen is shown in reverse there, as it is without any colour.
_DARK_OF_FEW = {
    "ground": "#000000",
    "surface": "#000000",
    "panel": "#000000",
    "bar": "#555555",
    "text": "#ffffff",
    "muted": "#aaaaaa",
    "primary": "#55ffff",
    "accent": "#ffff55",
    "success": "#55ff55",
    "warning": "#ffff55",
    "error": "#ff5555",
}
_LIGHT_OF_FEW = {
    "ground": "#ffffff",
    "surface": "#ffffff",
    "panel": "#ffffff",
    "bar": "#555555",
    "text": "#000000",
    "muted": "#000000",
    "primary": "#0000aa",
    "accent": "#aa00aa",
    "success": "#0000aa",
    "warning": "#aa00aa",
    "error": "#aa0000",
}
INKS = ("text", "muted", "primary", "accent", "success", "warning", "error")
GROUNDS = ("ground", "surface", "panel")


def palette(dark: bool, few: bool = False) -> dict[str, str]:
    """The colours by role, as "#rrggbb". few: where there are only sixteen."""
    if few:
        return dict(_DARK_OF_FEW if dark else _LIGHT_OF_FEW)
    return dict(_DARK if dark else _LIGHT)


def theme(dark: bool, few: bool = False) -> Theme:
    """The theme as Textual wants it; what it would mix itself is set too, so that no mixed colour is ever sent."""
    c = palette(dark, few)
    return Theme(
        name=DARK if dark else LIGHT,
        dark=dark,
        primary=c["primary"],
        secondary=c["primary"],
        accent=c["accent"],
        success=c["success"],
        warning=c["warning"],
        error=c["error"],
        foreground=c["text"],
        background=c["ground"],
        surface=c["surface"],
        panel=c["panel"],
        variables={
            "text": c["text"],
            "text-muted": c["muted"],
            "text-disabled": c["muted"],
            "foreground-muted": c["muted"],
            "foreground-disabled": c["muted"],
            "text-primary": c["primary"],
            "text-secondary": c["primary"],
            "text-accent": c["accent"],
            "text-success": c["success"],
            "text-warning": c["warning"],
            "text-error": c["error"],
            "block-cursor-foreground": c["ground"],
            "block-cursor-background": c["primary"],
            "block-cursor-text-style": "bold",
            "block-cursor-blurred-foreground": c["text"],
            "block-cursor-blurred-background": c["panel"],
            "block-hover-background": c["panel"],
            "border": c["primary"],
            "border-blurred": c["panel"],
            "surface-active": c["panel"],
            "scrollbar": c["bar"],
            "scrollbar-hover": c["primary"],
            "scrollbar-active": c["primary"],
            "scrollbar-background": c["surface"],
            "scrollbar-background-hover": c["surface"],
            "scrollbar-background-active": c["surface"],
            "scrollbar-corner-color": c["surface"],
            "footer-background": c["panel"],
            "footer-foreground": c["text"],
            "footer-key-foreground": c["accent"],
            "footer-description-foreground": c["text"],
            "input-cursor-background": c["text"],
            "input-cursor-foreground": c["ground"],
            "input-selection-background": c["primary"],
            "input-selection-foreground": c["ground"],
            "screen-selection-background": c["primary"],
            "screen-selection-foreground": c["ground"],
            "link-color": c["primary"],
            "link-background": "initial",
            "link-color-hover": c["ground"],
            "link-background-hover": c["primary"],
        },
    )
