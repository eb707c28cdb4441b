"""Cuts the fonts of the PNG figures out of Noto Sans CJK SC; README.md says how it is run."""

import bz2
import sys

from fontTools import subset
from fontTools.ttLib import TTCollection, TTFont

# Latin, Greek, punctuation, arrows, shapes and the full-width forms, as ranges.
RANGES = [
    (0x20, 0x7E), (0xA0, 0xFF), (0x391, 0x3C9), (0x2010, 0x2027), (0x202F, 0x203B),
    (0x20AC, 0x20AC), (0x2103, 0x2103), (0x2116, 0x2116), (0x2122, 0x2122), (0x2160, 0x216B),
    (0x2190, 0x2199), (0x2200, 0x22BF), (0x2460, 0x2473), (0x25A0, 0x25EF), (0x2605, 0x2606),
    (0x2713, 0x2717), (0x3000, 0x301F), (0x3105, 0x3129), (0xFF01, 0xFF5E), (0xFFE5, 0xFFE5),
]

# Quotation marks and dots are as wide as a character in the Chinese font; English takes the narrow ones.
LATIN = [(0x20, 0x7E), (0xA0, 0xFF), (0x2013, 0x2014), (0x2018, 0x2019), (0x201C, 0x201D), (0x2026, 0x2026),
         (0x2030, 0x2030), (0x2190, 0x2193), (0x2212, 0x2212), (0x2248, 0x2248), (0x2264, 0x2265), (0x25A0, 0x25CF)]
LATIN_FAMILY = "Kefu Latin"


def characters(mappings: str) -> set[int]:
    """The ranges, GB 2312 and the table of general standard characters, less kana and Cyrillic."""
    wanted = {code for low, high in RANGES for code in range(low, high + 1)}
    for row in range(0xA1, 0xF8):
        for cell in range(0xA1, 0xFF):
            try:
                wanted.add(ord(bytes([row, cell]).decode("gb2312")))
            except UnicodeDecodeError:
                pass
    with bz2.open(mappings, "rt", encoding="utf-8") as lines:
        wanted |= {int(line.split("\t")[0][2:], 16) for line in lines if "\tkTGH\t" in line}
    return {code for code in wanted if not 0x3040 <= code <= 0x30FF and not 0x400 <= code <= 0x45F}


def cut(font: TTFont, codes: set[int], target: str) -> None:
    """Writes the part of a font that the codes need, without what the drawings don't use."""
    options = subset.Options()
    options.layout_features = []
    options.hinting = False
    options.notdef_outline = True
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.drop_tables += ["vhea", "vmtx", "VORG", "BASE", "GPOS", "GSUB", "GDEF", "DSIG"]
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=codes)
    cutter.subset(font)
    # The moment of the cut would make every run another file.
    font["head"].modified = font["head"].created
    font.recalcTimestamp = False
    font.save(target)


def narrow(font: TTFont) -> None:
    """Gives punctuation its proportional glyphs and the font a name of its own."""
    gsub = font["GSUB"].table
    forms = {}
    for record in gsub.FeatureList.FeatureRecord:
        if record.FeatureTag == "pwid":
            for index in record.Feature.LookupListIndex:
                for table in gsub.LookupList.Lookup[index].SubTable:
                    forms.update(getattr(getattr(table, "ExtSubTable", table), "mapping", {}))
    for table in font["cmap"].tables:
        if hasattr(table, "cmap"):
            for code in (0x2018, 0x2019, 0x201C, 0x201D, 0x2026):
                if code in table.cmap:
                    table.cmap[code] = forms.get(table.cmap[code], table.cmap[code])
    for record in font["name"].names:
        if record.nameID in (1, 4, 16):
            record.string = LATIN_FAMILY
        elif record.nameID in (3, 6):
            record.string = LATIN_FAMILY.replace(" ", "")


def main() -> None:
    collection, mappings, chinese, latin = sys.argv[1:]
    cut(TTCollection(collection).fonts[2], characters(mappings), chinese)
    font = TTCollection(collection).fonts[2]
    narrow(font)
    cut(font, {code for low, high in LATIN for code in range(low, high + 1)}, latin)


main()
