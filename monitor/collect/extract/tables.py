"""Tables: those of data become rows of the document, those that lay the page out are prose.

A table is judged by its own cells. What stands in a table inside one of them was judged when that one ended, and a table that holds
another is a layout: pages of the nineties, newsletters and many public bodies still put menu and text into two cells side by side.
"""

from __future__ import annotations

from monitor.collect.extract.page import Block, Node, Page

_LONG_CELL = 40  # words on average: from here on cells are paragraphs, unless the table names its columns
_SECTIONS = frozenset(("h1", "h2", "article", "section", "main"))  # what parts a page, and no cell of data


# Tables done with: number of the first block -> (number after the last one, whether there is text in it).
Settled = dict[int, tuple[int, bool]]


def settle(table: Node, page: Page, settled: Settled) -> None:
    """Decide whether a table holds data; if so, make one `row` block of each of its rows, else its cells are prose.

    `settled` is the page's: tables inside this one are stepped over, so that a page of nested ones is read once and not once for each.
    """
    own, nested = _own_blocks(table, page.blocks, settled)
    rows: dict[int, list[Block]] = {}
    for block in own:
        row = _row_of(block.node)
        if row is not None and block.text and block.kind in ("cell", "li", "p", "h", "quote"):
            rows.setdefault(row.order, []).append(block)
    if table.last > table.first:
        settled[table.first] = table.last, nested or any(block.text for block in own)
    if not nested and is_data(list(rows.values()), table):
        wide = max((len(cells) for cells in rows.values()), default=0) > 1
        for order, cells in rows.items():
            _merge(cells, _cells_of(page, order) if wide else ())
    else:
        for block in own:
            if block.kind == "cell":
                block.kind = "p"


def _own_blocks(table: Node, blocks: list[Block], settled: Settled) -> tuple[list[Block], bool]:
    """Return the blocks in no table further in, and whether there is one with text."""
    own: list[Block] = []
    nested = False
    number = table.first
    while number < table.last:
        end, has_text = settled.get(number, (number, False))
        if end > number:
            nested = nested or has_text
            number = end
        else:
            own.append(blocks[number])
            number += 1
    return own, nested


def _row_of(node: Node | None) -> Node | None:
    while node is not None and node.tag not in ("tr", "table"):
        node = node.parent
    return node if node is not None and node.tag == "tr" else None


def _cell_of(block: Block) -> Node | None:
    cell: Node | None = block.node
    while cell is not None and cell.tag not in ("td", "th", "tr"):
        cell = cell.parent
    return cell


def _cells_of(page: Page, row: int) -> tuple[int, ...]:
    """Return the cells of a row, by their order: those without text have no block, but are columns all the same."""
    cells = []
    for node in page.nodes[row + 1 :]:
        if node.parent is None or node.parent.order < row:
            break
        if node.parent.order == row and node.tag in ("td", "th"):
            cells.append(node.order)
    return tuple(cells)


def _merge(row: list[Block], columns: tuple[int, ...]) -> None:
    """Put the texts of a row into its first block, those of one cell together, empty cells in their places."""
    cells: dict[int, str] = dict.fromkeys(columns, "")
    for block in row:
        cell = _cell_of(block)
        key = cell.order if cell is not None else -1
        cells[key] = f"{cells[key]} {block.text}" if cells.get(key) else block.text
        block.kind = "cell"
    row[0].kind, row[0].cells = "row", tuple(cells.values())


def is_data(rows: list[list[Block]], table: Node) -> bool:
    """Tell a data table from a layout: two rows or more with two cells or more, and cells that are no paragraphs or part of a page.

    A table whose first row names its columns (`<th>`, two or more) may have cells of any length: nobody heads the columns of a layout.
    """
    if "presentation" in table.signs or len(rows) < 2:
        return False
    cells = [block for row in rows for block in row]
    if any(_parts_the_page(block) for block in cells):
        return False
    wide = sum(len({id(_cell_of(block)) for block in row}) >= 2 for row in rows)
    headed = len({id(cell) for block in rows[0] if (cell := _cell_of(block)) and cell.tag == "th"}) >= 2
    short = sum(block.size for block in cells) < _LONG_CELL * len(cells)
    return wide * 2 >= len(rows) and (headed or short)


def _parts_the_page(block: Block) -> bool:
    """Tell whether a line of a cell is a page's headline, or in an element that is a part of a page."""
    node: Node | None = block.node
    while node is not None and node.tag != "td" and node.tag != "th":
        if node.tag in _SECTIONS:
            return True
        node = node.parent
    return False
