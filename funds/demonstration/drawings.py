"""Pictures for the demonstration: flat drawings made by code, plainly no photographs of real places or people."""

from __future__ import annotations

import io
import random
from collections.abc import Callable

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 1600, 1000
SCALE, SHRINK = 1.5, 2  # painted in 2400 × 1500, kept in 1200 × 750: soft edges, without any other library

Point = tuple[float, float]
SKIES = [("#f6e7c8", "#f2c879"), ("#dcecee", "#f6e3b4"), ("#e9e4f0", "#f3cfa8"), ("#d7e8f2", "#f7f0d8")]
INK, SNOW, WOOD, STONE = "#2b3a3f", "#fdfbf5", "#8a5a34", "#9aa3a0"
TEAL, MADDER, WATER = "#0d5c56", "#a3352a", "#5aa5bf"


class Sheet:
    """A canvas in the coordinates of the finished picture."""

    def __init__(self, seed: str) -> None:
        """`seed` decides the colours and the line of the mountains, always the same for the same text."""
        self.random = random.Random(seed)  # noqa: S311 - a picture, not a secret
        self.image = Image.new("RGB", (int(WIDTH * SCALE), int(HEIGHT * SCALE)), "#ffffff")
        self.draw = ImageDraw.Draw(self.image)

    def shape(self, points: list[Point], fill: str) -> None:
        """Fill a polygon."""
        self.draw.polygon([(x * SCALE, y * SCALE) for x, y in points], fill=fill)

    def box(self, x: float, y: float, width: float, height: float, fill: str, round_by: float = 0) -> None:
        """Fill a rectangle, given by its top left corner."""
        corners = (x * SCALE, y * SCALE, (x + width) * SCALE, (y + height) * SCALE)
        self.draw.rounded_rectangle(corners, radius=round_by * SCALE, fill=fill)

    def disc(self, x: float, y: float, radius: float, fill: str) -> None:
        """Fill a circle around x, y."""
        self.draw.ellipse(
            ((x - radius) * SCALE, (y - radius) * SCALE, (x + radius) * SCALE, (y + radius) * SCALE), fill=fill
        )

    def line(self, points: list[Point], fill: str, width: float) -> None:
        """Draw a line with round joints."""
        self.draw.line([(x * SCALE, y * SCALE) for x, y in points], fill=fill, width=int(width * SCALE), joint="curve")

    def jpeg(self) -> bytes:
        """Return the finished picture."""
        out = io.BytesIO()
        self.image.reduce(SHRINK).save(out, "JPEG", quality=86)
        return out.getvalue()


def landscape(sheet: Sheet, *, night: bool = False) -> None:
    """Sky, sun, two lines of mountains with snow, and the fields."""
    top, low = ("#1d2f45", "#3d5568") if night else sheet.random.choice(SKIES)
    bands = 60
    for band in range(bands):
        share = band / (bands - 1)
        mixed = tuple(int(int(top[i : i + 2], 16) * (1 - share) + int(low[i : i + 2], 16) * share) for i in (1, 3, 5))
        sheet.box(0, band * 700 / bands, WIDTH, 700 / bands + 1, "#{:02x}{:02x}{:02x}".format(*mixed))
    sheet.disc(sheet.random.randint(250, 1350), 190, 74, "#f3e9c9" if night else "#fbf3d9")
    far, near = ("#33475a", "#28404a") if night else ("#a9bcc0", "#6f9490")
    for base, height, colour, count in ((640, 330, far, 5), (680, 220, near, 7)):
        step = WIDTH / (count - 1)
        for index in range(count):
            peak = base - height * sheet.random.uniform(0.6, 1.05)
            x = index * step + sheet.random.randint(-50, 50)
            half = step * 0.85
            sheet.shape([(x - half, base + 40), (x, peak), (x + half, base + 40)], colour)
            if colour == far:
                drop = (base - peak) * 0.28
                side = half * drop / (base + 40 - peak)
                sheet.shape(
                    [(x - side, peak + drop), (x, peak), (x + side, peak + drop), (x + side * 0.3, peak + drop * 0.75),
                     (x, peak + drop * 1.15), (x - side * 0.4, peak + drop * 0.8)],
                    SNOW if not night else "#c9d3da",
                )  # fmt: skip
    field, meadow = ("#2f4a3d", "#3a5743") if night else ("#b9c48a", "#d3cf95")
    sheet.shape([(0, 660), (520, 630), (1100, 668), (WIDTH, 640), (WIDTH, HEIGHT), (0, HEIGHT)], field)
    sheet.shape([(0, 800), (700, 745), (WIDTH, 815), (WIDTH, HEIGHT), (0, HEIGHT)], meadow)


def house(sheet: Sheet, x: float, y: float, size: float, wall: str = "#f4ead6", roof: str = MADDER) -> None:
    """Draw a village house with its foot at y."""
    sheet.box(x, y - size * 0.55, size, size * 0.55, wall)
    sheet.shape([(x - size * 0.1, y - size * 0.53), (x + size / 2, y - size), (x + size * 1.1, y - size * 0.53)], roof)
    sheet.box(x + size * 0.14, y - size * 0.4, size * 0.2, size * 0.2, "#7fb3c0")
    sheet.box(x + size * 0.62, y - size * 0.36, size * 0.2, size * 0.36, WOOD)


def poplar(sheet: Sheet, x: float, y: float, height: float) -> None:
    """Draw the tree of every Kyrgyz village road."""
    sheet.box(x - 5, y - height * 0.2, 10, height * 0.2, WOOD)
    sheet.shape(
        [(x, y - height), (x + height * 0.11, y - height * 0.45), (x + height * 0.08, y - height * 0.12),
         (x - height * 0.08, y - height * 0.12), (x - height * 0.11, y - height * 0.45)],
        "#4f7a4b",
    )  # fmt: skip


def light(sheet: Sheet) -> None:
    """Three solar lamps along a road at dusk."""
    landscape(sheet, night=True)
    for x, size in ((80, 190), (330, 160), (1240, 200)):
        house(sheet, x, 790, size, "#c9bfa8", "#6e2b25")
    sheet.shape([(520, HEIGHT), (760, 720), (840, 720), (1160, HEIGHT)], "#4a5a60")
    for x, y, height in ((560, 930, 560), (700, 810, 330), (1090, 930, 560)):
        arm = height * 0.22
        glow = height * 0.2
        sheet.disc(x + arm, y - height + glow * 0.3, glow, "#8a8a63")
        sheet.disc(x + arm, y - height + glow * 0.3, glow * 0.65, "#d9c878")
        sheet.line([(x, y), (x, y - height), (x + arm, y - height)], "#11191d", height * 0.022)
        sheet.shape(
            [(x - height * 0.1, y - height * 1.04), (x + height * 0.04, y - height * 1.12),
             (x + height * 0.09, y - height * 1.08), (x - height * 0.05, y - height)],
            "#274d7a",
        )  # fmt: skip
        sheet.box(x + arm - height * 0.05, y - height, height * 0.1, height * 0.03, "#fff3bf", 6)


def water(sheet: Sheet) -> None:
    """Draw a standpipe running into a bucket."""
    landscape(sheet)
    for x, size in ((90, 170), (1330, 190)):
        house(sheet, x, 790, size)
    for x in (330, 400, 1230):
        poplar(sheet, x, 800, 300)
    sheet.box(700, 480, 70, 420, "#3f6f8f", 16)
    sheet.box(690, 440, 90, 60, "#35607c", 20)
    sheet.line([(735, 560), (880, 560), (880, 620)], "#3f6f8f", 34)
    sheet.line([(690, 470), (600, 400)], INK, 22)
    sheet.box(868, 625, 24, 190, WATER, 8)
    sheet.shape([(800, 800), (960, 800), (935, 930), (825, 930)], "#d8dcdc")
    sheet.box(800, 790, 160, 24, WATER, 10)
    sheet.shape([(560, 905), (1060, 905), (1130, 950), (500, 950)], STONE)


def irrigation(sheet: Sheet) -> None:
    """Draw a lined canal between fields."""
    landscape(sheet)
    for row in range(6):
        sheet.line([(900 + row * 120, HEIGHT), (860 + row * 40, 740)], "#93a45b", 20)
    sheet.shape([(180, HEIGHT), (700, 700), (790, 700), (720, HEIGHT)], "#d7d5cc")
    sheet.shape([(270, HEIGHT), (722, 700), (768, 700), (640, HEIGHT)], WATER)
    for x in (80, 180, 300):
        poplar(sheet, x, 830, 330)
    sheet.box(520, 800, 260, 24, WOOD)
    sheet.box(610, 680, 26, 140, WOOD)
    sheet.box(570, 740, 110, 70, STONE)


def building(sheet: Sheet, roof: str, wall: str, windows: int) -> None:
    """Draw a long one-storey public building with its path."""
    landscape(sheet)
    for x in (120, 1480):
        poplar(sheet, x, 830, 380)
    sheet.shape([(260, 540), (360, 430), (1240, 430), (1340, 540)], roof)
    sheet.box(290, 540, 1020, 290, wall)
    gap = 1020 / (windows + 1)
    for index in range(windows):
        if index != windows // 2:
            sheet.box(290 + gap * (index + 1) - 45, 600, 90, 110, "#7fb3c0", 6)
            sheet.box(290 + gap * (index + 1) - 3, 600, 6, 110, SNOW)
    door = 290 + gap * (windows // 2 + 1)
    sheet.box(door - 55, 620, 110, 210, WOOD, 6)
    sheet.shape([(door - 60, 830), (door + 60, 830), (door + 170, HEIGHT), (door - 170, HEIGHT)], "#e7dfc8")


def kindergarten(sheet: Sheet) -> None:
    """Draw a kindergarten with a swing and a slide."""
    building(sheet, "#d98b2b", "#f7e3b5", 7)
    sheet.line([(150, 940), (220, 700), (430, 700), (500, 940)], MADDER, 18)
    for x in (280, 360):
        sheet.line([(x, 700), (x - 14, 850)], INK, 6)
        sheet.box(x - 44, 848, 60, 14, TEAL, 6)
    sheet.shape([(1180, 700), (1230, 700), (1440, 920), (1380, 935)], "#3f8fb0")
    sheet.line([(1190, 700), (1190, 940)], MADDER, 16)
    for y in (760, 820, 880):
        sheet.line([(1150, y), (1190, y)], MADDER, 12)


def school(sheet: Sheet) -> None:
    """Draw a school with a flag."""
    building(sheet, "#7a3b32", "#efe4cf", 9)
    sheet.line([(1400, 860), (1400, 400)], INK, 12)
    sheet.box(1406, 405, 130, 84, MADDER)
    sheet.disc(1471, 447, 22, "#f3d36b")


def clinic(sheet: Sheet) -> None:
    """Draw a clinic with its cross."""
    building(sheet, "#4f7f7a", "#fbf7ee", 5)
    sheet.disc(800, 478, 52, SNOW)
    sheet.box(786, 446, 28, 64, MADDER)
    sheet.box(768, 464, 64, 28, MADDER)


def road(sheet: Sheet) -> None:
    """Draw a gravel road with a roller."""
    landscape(sheet)
    for x, size in ((90, 190), (330, 150), (1270, 200)):
        house(sheet, x, 780, size)
    sheet.shape([(300, HEIGHT), (760, 700), (830, 700), (1300, HEIGHT)], "#b3aa97")
    for _stone in range(240):
        y = sheet.random.uniform(720, HEIGHT)
        spread = (y - 690) / 310
        across = sheet.random.uniform(765 - 440 * spread, 825 + 450 * spread)
        sheet.disc(across, y, 3 + 5 * spread, sheet.random.choice(("#8f8878", "#c9c2b2", "#a29a88")))
    sheet.box(880, 720, 190, 100, "#e0a52e", 12)
    sheet.box(950, 640, 100, 90, "#2f4b57", 8)
    sheet.disc(880, 850, 66, STONE)
    sheet.disc(880, 850, 20, INK)
    sheet.disc(1050, 850, 56, INK)


def bridge(sheet: Sheet) -> None:
    """Draw a footbridge over a stream."""
    landscape(sheet)
    sheet.shape([(560, 700), (980, 700), (1160, HEIGHT), (420, HEIGHT)], WATER)
    for x, y in ((640, 930), (760, 840), (900, 950), (860, 770)):
        sheet.disc(x, y, 26, "#8d9894")
    sheet.shape([(330, 800), (560, 700), (470, HEIGHT), (330, HEIGHT)], STONE)
    sheet.shape([(1270, 800), (1000, 700), (1120, HEIGHT), (1270, HEIGHT)], STONE)
    sheet.box(300, 770, 1000, 36, WOOD)
    for x in range(320, 1300, 96):
        sheet.line([(x, 770), (x, 650)], INK, 10)
    sheet.line([(310, 655), (1290, 655)], MADDER, 16)
    sheet.line([(310, 806), (800, 860), (1290, 806)], INK, 12)


def culture(sheet: Sheet) -> None:
    """Draw a yurt and a ball ground, for what people do together."""
    landscape(sheet)
    sheet.shape([(180, 560), (330, 430), (470, 430), (620, 560)], "#efe6d2")
    sheet.box(170, 556, 460, 260, "#f8f2e4", 30)
    sheet.box(170, 600, 460, 26, MADDER)
    for x in range(190, 620, 60):
        sheet.shape([(x, 626), (x + 24, 600), (x + 48, 626)], "#f3d36b")
    sheet.box(350, 640, 100, 176, WOOD, 8)
    sheet.shape([(800, 920), (920, 720), (1460, 720), (1560, 920)], "#7da35e")
    sheet.line([(1180, 720), (1180, 920)], SNOW, 8)
    sheet.line([(860, 830), (860, 720), (930, 700), (930, 800)], SNOW, 10)
    sheet.disc(1090, 850, 26, SNOW)
    sheet.disc(1090, 850, 10, INK)


def works(sheet: Sheet) -> None:
    """Draw a building site: trench, pipe, spades; the progress pictures."""
    landscape(sheet)
    sheet.shape([(200, 900), (1400, 860), (1400, 930), (200, 980)], "#6b4f35")
    sheet.line([(220, 930), (1390, 890)], "#2c5d8a", 26)
    for x in (420, 640, 900, 1160):
        sheet.disc(x, 800, 26, sheet.random.choice(("#e5b996", "#d9a07a")))
        coat = sheet.random.choice((TEAL, MADDER, "#37588a"))
        sheet.shape([(x - 34, 900), (x - 24, 828), (x + 24, 828), (x + 34, 900)], coat)
        sheet.box(x - 30, 764, 60, 22, "#f0b429", 10)
        sheet.line([(x + 40, 780), (x + 64, 920)], WOOD, 10)
    sheet.shape([(1180, 860), (1300, 760), (1430, 860)], "#8a6a48")


def paper(sheet: Sheet) -> None:
    """Draw a sheet of paper with lines, a stamp and no readable word: a quote, a resolution or a receipt."""
    sheet.box(0, 0, WIDTH, HEIGHT, "#e8e2d4")
    sheet.box(420, 50, 760, 900, "#fffdf7", 6)
    sheet.box(500, 120, 420, 30, INK, 6)
    for row in range(12):
        sheet.box(500, 210 + row * 46, sheet.random.randint(360, 590), 12, "#b9c0c2", 6)
    for row in range(4):
        sheet.box(500, 770 + row * 30, 180, 10, "#b9c0c2", 5)
    sheet.disc(1030, 830, 92, "#3d64a8")
    sheet.disc(1030, 830, 82, "#fffdf7")
    sheet.disc(1030, 830, 50, "#3d64a8")
    sheet.disc(1030, 830, 43, "#fffdf7")


SUBJECTS: dict[str, Callable[[Sheet], None]] = {
    "light": light,
    "water": water,
    "irrigation": irrigation,
    "kindergarten": kindergarten,
    "school": school,
    "clinic": clinic,
    "road": road,
    "bridge": bridge,
    "culture": culture,
    "works": works,
    "paper": paper,
}


def drawing(subject: str, seed: str) -> bytes:
    """Return a JPEG of 1200 × 750 pixels of one of `SUBJECTS`; the same for the same `seed`."""
    sheet = Sheet(seed)
    SUBJECTS[subject](sheet)
    return sheet.jpeg()
