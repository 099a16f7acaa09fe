"""`make bench`: measures the service beside bare aiohttp and prints the table."""

from dataclasses import replace

from tests.bench.options import Options, circumstances, prepared, read_options, tell
from tests.bench.report import show_service, write
from tests.bench.scenarios import (
    CASES,
    Bench,
    Measured,
    compare_loops,
    measure_case,
    measure_memory,
    measure_rebuild,
    measure_search,
    measure_town_pages,
)

PARTS = ("loops", "sqlite", "postgres", "memory", "search", "rebuild", "pages")


def run(bench: Bench, options: Options) -> Measured:
    wanted = options.only or PARTS
    measured = Measured()
    if "search" in wanted:
        tell("search among many articles")
        measured = replace(measured, search=measure_search(bench))
    if "loops" in wanted:
        tell("bare aiohttp on both loops")
        measured = replace(measured, loops=compare_loops(bench))
    for case in CASES:
        if ("postgres" if case.postgres else "sqlite") in wanted:
            tell(case.name)
            measured = replace(measured, speeds=(*measured.speeds, measure_case(bench, case)))
    if "memory" in wanted:
        tell("memory")
        measured = replace(measured, memory=measure_memory(bench))
    if "rebuild" in wanted:
        tell("rebuilding the index under load")
        measured = replace(measured, rebuild=measure_rebuild(bench))
    if "pages" in wanted:
        tell("the console's pages in a town of 200,000")
        measured = replace(measured, pages=measure_town_pages(bench))
    return measured


def main() -> None:
    options = read_options(__doc__, PARTS)
    with prepared(options) as bench:
        text = show_service(run(bench, options), circumstances("tests.bench", bench))
    print(text)
    if options.write:
        write("bench", text)


if __name__ == "__main__":
    main()
