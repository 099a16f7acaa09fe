"""Finding the right approved answer, or admitting that there is none."""

import os

# Small matrix products spin on every core unless told not to; this must come before numpy is first imported.
for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")
