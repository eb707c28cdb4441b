"""Cuts the font of the PNG figures out of Noto Sans CJK SC; docs/font.md says how it is run."""

import bz2
import subprocess
import sys

# Latin, Greek, punctuation, arrows, shapes and the full-width forms, as ranges.
RANGES = [
    (0x20, 0x7E), (0xA0, 0xFF), (0x391, 0x3C9), (0x2010, 0x2027), (0x202F, 0x203B),
    (0x20AC, 0x20AC), (0x2103, 0x2103), (0x2116, 0x2116), (0x2122, 0x2122), (0x2160, 0x216B),
    (0x2190, 0x2199), (0x2200, 0x22BF), (0x2460, 0x2473), (0x25A0, 0x25EF), (0x2605, 0x2606),
    (0x2713, 0x2717), (0x3000, 0x301F), (0x3105, 0x3129), (0xFF01, 0xFF5E), (0xFFE5, 0xFFE5),
]


def characters(mappings: str) -> set[int]:
    """All code points wanted: the ranges, GB 2312, and the table of general standard characters."""
    wanted = {code for low, high in RANGES for code in range(low, high + 1)}
    for row in range(0xA1, 0xF8):
        for cell in range(0xA1, 0xFF):
            try:
                wanted.add(ord(bytes([row, cell]).decode("gb2312")))
            except UnicodeDecodeError:
                pass
    with bz2.open(mappings, "rt", encoding="utf-8") as lines:
        for line in lines:
            if "\tkTGH\t" in line:
                wanted.add(int(line.split("\t")[0][2:], 16))
    return wanted


def main() -> None:
    collection, mappings, target = sys.argv[1:]
    # Kana and Cyrillic are in GB 2312 but in no report.
    codes = {code for code in characters(mappings) if not 0x3040 <= code <= 0x30FF and not 0x400 <= code <= 0x45F}
    subprocess.run(
        [
            "pyftsubset", collection, "--font-number=2",
            "--unicodes=" + ",".join(f"U+{code:04X}" for code in sorted(codes)),
            f"--output-file={target}",
            "--layout-features=kern", "--no-hinting",
            "--drop-tables+=vhea,vmtx,VORG,BASE,GPOS,GSUB,GDEF,DSIG",
            "--name-IDs=0,1,2,3,4,5,6,13,14", "--name-languages=0x409", "--notdef-outline",
        ],
        check=True,
    )


main()
