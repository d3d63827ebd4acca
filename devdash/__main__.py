"""`python -m devdash`."""

import sys

from devdash.cli.main import main

sys.exit(main())
