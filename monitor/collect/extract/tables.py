"""Tables: those of data become rows of the document, those that lay the page out are prose."""

from __future__ import annotations

from monitor.collect.extract.page import Block, Node

_LONG_CELL = 40  # words on average: from here on cells are paragraphs


def settle(table: Node, blocks: list[Block]) -> None:
    """Decide whether a table holds data; if so, make one `row` block of each of its rows, else its cells are prose."""
    rows: dict[int, list[Block]] = {}
    for block in blocks[table.first : table.last]:
        row = _row_of(block.node, table)
        if row is not None and block.text and block.kind in ("cell", "li", "p", "h", "quote"):
            rows.setdefault(row.order, []).append(block)
    if not is_data(list(rows.values()), table):
        for block in blocks[table.first : table.last]:
            if block.kind == "cell":
                block.kind = "p"
        return
    for cells in rows.values():
        _merge(cells)


def _row_of(node: Node | None, table: Node) -> Node | None:
    while node is not None and node is not table and node.tag != "tr":
        node = node.parent
    return node if node is not None and node.tag == "tr" else None


def _merge(row: list[Block]) -> None:
    """Put the texts of a row into its first block, those of one cell together."""
    cells: dict[int, str] = {}
    for block in row:
        cell: Node | None = block.node
        while cell is not None and cell.tag not in ("td", "th", "tr"):
            cell = cell.parent
        key = cell.order if cell is not None else -1
        cells[key] = f"{cells[key]} {block.text}" if key in cells else block.text
        block.kind = "cell"
    row[0].kind, row[0].cells = "row", tuple(cells.values())


def is_data(rows: list[list[Block]], table: Node) -> bool:
    """Tell a data table from a layout: two rows or more with two cells or more, and cells that are no paragraphs."""
    if "presentation" in table.signs or len(rows) < 2:
        return False
    wide = sum(len({id(block.node) for block in row}) >= 2 for row in rows)
    cells = [block for row in rows for block in row]
    return wide * 2 >= len(rows) and sum(block.size for block in cells) < _LONG_CELL * len(cells)
