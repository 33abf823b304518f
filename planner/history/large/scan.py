"""How the engine reads a large table: where its text lies, what it is written in, and the rows it cannot split."""

from __future__ import annotations

import codecs
import csv

from planner.history.engine import Engine, Scan, parquet_scan, text_scan
from planner.history.gathering.whole_rows import most_cells
from planner.history.large.rows import LargeTable
from planner.history.opening.lines import cells_of_line, runs_over_lines, sound_copy
from planner.history.opening.parquet import number_columns

__all__ = ["keep_rejected", "open_scan"]


def open_scan(engine: Engine, table: LargeTable, number: int) -> Scan:
    """Return the scan of a table; text in another encoding or packed is written out as UTF-8 first."""
    sheet, layout = table.sheet, table.layout
    blob = sheet.blob
    if blob is None:
        return _sheet_scan(engine, table, number)
    if not sheet.delimiter:
        assert blob.path is not None
        return parquet_scan(blob.path, layout.header, number_columns(blob.path))
    path = blob.path
    if path is None or sheet.encoding not in ("utf-8", "utf-8-sig"):
        path = engine.folder / f"text_{number}.csv"
        decoder = codecs.getincrementaldecoder(sheet.encoding)()
        with blob.open() as stream, path.open("wb") as out:
            while chunk := stream.read(2**20):
                out.write(decoder.decode(chunk).encode())
            out.write(decoder.decode(b"", final=True).encode())
    in_quotes = runs_over_lines(path)
    if in_quotes:
        sound = engine.folder / f"sound_{number}.csv"
        table.open_quotes = sound_copy(path, sound, sheet.delimiter, sheet.width, layout.header_row)
        path = sound
    most = most_cells(sheet, layout)
    return text_scan(path, delimiter=sheet.delimiter, header_row=layout.header_row, width=most, parallel=not in_quotes)


def _sheet_scan(engine: Engine, table: LargeTable, number: int) -> Scan:
    """Return the scan of a workbook's sheet, its needed cells written out as text; all other cells are empty."""
    layout = table.layout
    width, path = len(layout.header), engine.folder / f"sheet_{number}.csv"
    wanted = [*layout.columns.values(), *layout.dimensions]
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        for row in table.sheet.rows(wanted, width):
            cells = [""] * width
            for place, cell in zip(wanted, row.cells, strict=True):
                cells[place] = " ".join(cell.splitlines())
            writer.writerow(cells)
    return text_scan(path, delimiter=",", header_row=layout.header_row, width=width)


def keep_rejected(engine: Engine, table: LargeTable) -> None:
    """Refuse the rows that the engine could not split into the header's columns."""
    if not table.sheet.delimiter:
        return
    engine.run("CREATE OR REPLACE TEMP TABLE rejected AS SELECT DISTINCT line, csv_line FROM reject_errors")
    engine.run("DELETE FROM reject_errors; DELETE FROM reject_scans")
    count = int(engine.frame("SELECT count(*) AS n FROM rejected")["n"].iloc[0])
    width, mark = len(table.layout.header), table.sheet.delimiter
    for record in table.open_quotes:
        column = table.layout.header[min(record.open_at or 0, width - 1)]
        table.remarks.refuse(record.line, column, '"', "open_quote")
    table.rows += len(table.open_quotes)
    for row in engine.frame("SELECT * FROM rejected ORDER BY line LIMIT 21").itertuples(index=False):
        # A line's end inside the row is no end to the engine.
        cells = cells_of_line(" ".join(str(row.csv_line).splitlines()), mark)
        table.remarks.refuse(int(row.line), table.layout.header[-1], f"{len(cells)} > {width}", "too_many_cells")
    if count > 21:
        table.remarks.refuse(0, "", "", "too_many_cells", times=count - 21)
    table.rows += count
