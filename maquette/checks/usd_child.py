"""The process that opens USDZ packages: paths in, one line of JSON findings per package out.

It is started anew for each check and may die: damaged layers end native readers. Memory is
limited, since arrays may claim any size.
"""

from __future__ import annotations

import json
import resource
import sys

MOST_MEMORY_BYTES = 6 * 2**30  # of address space; USD itself maps about one


def main() -> None:
    """Answer for each package before the next is opened, so that the answers survive its end."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from maquette.checks.usd_stage import stage_findings

    for path in sys.argv[1:]:
        rows = [vars(finding) for finding in stage_findings(path)]
        sys.stdout.write(json.dumps(rows) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
