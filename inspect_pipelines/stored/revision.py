"""How a revision of a definition is kept, and the standing of one."""

from __future__ import annotations

from inspect_pipelines.domain.revision import Revision, Standing
from inspect_pipelines.stored.shape import Shape

REVISION = Shape("a revision", Revision)
STANDING = Shape("the standing of a definition", Standing)
