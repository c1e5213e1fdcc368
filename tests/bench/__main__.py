"""Runs every measurement against one running product; `make bench`."""

from __future__ import annotations

import sys

from tests.bench.export import measure_export
from tests.bench.forwarding import measure_forwarding
from tests.bench.group_keys import measure_group_keys
from tests.bench.joins import measure_joins
from tests.bench.newsletter import measure_newsletter
from tests.bench.page_cpu import measure_page_cpu
from tests.bench.preferences import measure_preferences
from tests.bench.product import running_product
from tests.bench.report import Figure, emit, table
from tests.bench.returns import measure_returns
from tests.bench.stillness import measure_stillness


def main() -> None:
    """Print each figure as it is known, then the table."""
    figures: list[Figure] = []
    figures.extend(emit(figure) for figure in measure_preferences())
    figures.extend(emit(figure) for figure in measure_export())
    figures.extend(emit(figure) for figure in measure_newsletter())
    figures.extend(emit(figure) for figure in measure_group_keys())
    with running_product():
        pass  # builds what changed, so that the next start is a later one
    with running_product() as product:
        figures.append(emit(Figure("later_start_to_first_answer", product.start_s, "s", 5.0)))
        figures.append(emit(Figure("later_start_to_media_answer", product.media_start_s, "s", 6.0)))
        figures.extend(emit(figure) for figure in measure_forwarding(product))
        figures.extend(emit(figure) for figure in measure_joins(product))
        figures.extend(emit(figure) for figure in measure_page_cpu(product))
        figures.extend(emit(figure) for figure in measure_stillness(product))
    figures.extend(emit(figure) for figure in measure_returns())
    sys.stdout.write("\n" + table(figures) + "\n")


if __name__ == "__main__":
    main()
