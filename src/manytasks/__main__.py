"""Run the command line as `python -m manytasks`, also where the package is only on the path."""

import sys

from manytasks.cli import main

sys.exit(main())
