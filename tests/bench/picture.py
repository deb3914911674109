#!/usr/bin/env python3
"""Draws what growth.sh has measured: wall time over the number of Workers, both in powers of ten, a line for each thing
that was done, and the floor of it as a thin one.

    tests/bench/picture.py TABLE KIND >picture.svg
"""

import csv
import math
import sys

WIDTH, HEIGHT = 720, 420
LEFT, RIGHT, TOP, BOTTOM = 70, 150, 30, 50
COLOURS = ["#c0392b", "#2980b9", "#27ae60", "#8e44ad"]


def read(path, kind):
    """{what: [(workers, wall, floor)]}, in the order of the table."""
    series = {}
    with open(path, newline="", encoding="utf-8") as table:
        for workers, row_kind, what, wall, floor, *_ in csv.reader(table):
            if row_kind == kind:
                point = (int(workers), max(float(wall), 0.01), max(float(floor), 0.001))
                series.setdefault(what, []).append(point)
    return series


def draw(series, kind):
    points = [point for line in series.values() for point in line]
    x_low, x_high = math.log10(min(p[0] for p in points)), math.log10(max(p[0] for p in points))
    y_low, y_high = -3, math.ceil(math.log10(max(p[1] for p in points)))

    def x(workers):
        return LEFT + (math.log10(workers) - x_low) / max(x_high - x_low, 1) * (WIDTH - LEFT - RIGHT)

    def y(seconds):
        return HEIGHT - BOTTOM - (math.log10(seconds) - y_low) / (y_high - y_low) * (HEIGHT - TOP - BOTTOM)

    def line(values, colour, width):
        path = " ".join(f"{x(workers):.1f},{y(value):.1f}" for workers, value in values)
        return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width}"/>'

    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
           f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
           f'<text x="{LEFT}" y="18">plumbline apply, {kind}: seconds over Workers; thin: as many calls by curl</text>']
    for power in range(y_low, y_high + 1):
        at = y(10**power)
        out.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at:.1f}" y2="{at:.1f}" stroke="#ddd"/>')
        out.append(f'<text x="{LEFT - 8}" y="{at + 4:.1f}" text-anchor="end">{10**power:g} s</text>')
    for workers in sorted({point[0] for point in points}):
        out.append(f'<text x="{x(workers):.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{workers:,}</text>')
    for colour, (what, values) in zip(COLOURS, series.items()):
        out.append(line([(workers, floor) for workers, _, floor in values], colour, 0.7))
        out.append(line([(workers, wall) for workers, wall, _ in values], colour, 2.2))
        workers, wall, _ = values[-1]
        out.append(f'<text x="{x(workers) + 8:.1f}" y="{y(wall) + 4:.1f}" fill="{colour}">{what}</text>')
    out.append("</svg>")
    return "\n".join(out)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    print(draw(read(sys.argv[1], sys.argv[2]), sys.argv[2]))
