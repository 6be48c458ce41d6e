"""Photograph the console for docs/morning.md, by our own product, over the home of the last `make demo` (python docs/console.py)."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image

from inspect_pipelines.config.settings import Settings, child_environment
from inspect_pipelines.domain.screenshot import Screenshot
from inspect_pipelines.engine.addresses import answers, free_port
from inspect_pipelines.examples.demo import command_line
from inspect_pipelines.wiring import house

EXAMPLE = Path(__file__).parents[1] / "examples/console"
FOLDER = Path(__file__).with_name("console")
NAMED_URL, NAMED_RUN = "http://127.0.0.1:8460", "01900000-0000-7000-8000-000000000001"
KEPT = {"desktop": {"home", "run", "review", "inbox", "incidents", "baselines"}, "phone": {"review"}}
HOST, FIRST_PORT, READY_SECONDS = "127.0.0.1", 8480, 60.0


def main() -> None:
    watched = Settings()
    with house(watched).ledger.read() as ledger:
        run_id = ledger.runs.latest(limit=1)[0].id
    with tempfile.TemporaryDirectory() as scratch, served(watched) as url:
        root = Path(scratch)
        shutil.copytree(EXAMPLE, root, dirs_exist_ok=True)
        aim(root, url, run_id)
        environment = child_environment(INSPECT_HOME=str(root / "home"), INSPECT_PROJECT=str(root))
        for words in (("apply", "--yes"), ("run", "console", "--wait", "--allow-review")):
            subprocess.run(command_line(*words), env=environment, check=True)
        keep(Settings(home=root / "home"))


def aim(root: Path, url: str, run_id: str) -> None:
    """At this console and this run; without masks, which are for comparing and not for looking at."""
    schedules, playbook = root / "schedules.yaml", root / "playbooks/console.yaml"
    text = schedules.read_text(encoding="utf-8").replace(NAMED_URL, url).replace(NAMED_RUN, run_id)
    schedules.write_text(text, encoding="utf-8")
    lines = playbook.read_text(encoding="utf-8").splitlines()
    shown = [line for line in lines if not line.strip().startswith(("page:", "mask:", "hide:"))]
    playbook.write_text("\n".join(shown), encoding="utf-8")


@contextmanager
def served(settings: Settings, **variables: str) -> Iterator[str]:
    port = free_port(FIRST_PORT, host=HOST)
    environment = child_environment(INSPECT_HOME=str(settings.absolute_home()), **variables)
    words = [sys.executable, "-m", "inspect_pipelines.cli.serve", "--port", str(port)]
    process = subprocess.Popen(words, env=environment)
    try:
        give_up_at = time.monotonic() + READY_SECONDS
        while not answers(HOST, port, "/health"):
            assert time.monotonic() < give_up_at, "the web process did not come up"
            time.sleep(0.1)
        yield f"http://{HOST}:{port}"
    finally:
        process.terminate()
        process.wait()


def keep(settings: Settings) -> None:
    ours = house(settings)
    with ours.ledger.read() as ledger:
        run = ledger.runs.latest(limit=1)[0]
        shots: list[Screenshot] = [
            shot for session in ledger.evidence.sessions(run.id) for shot in session.screenshots
        ]
    FOLDER.mkdir(exist_ok=True)
    for shot in shots:
        if shot.view.name in KEPT[shot.view.viewport]:
            picture = Image.open(BytesIO(ours.gallery.get(shot.sha256))).convert("RGB")
            if shot.environment.scale > 1:
                picture = picture.reduce(round(shot.environment.scale))
            picture.save(FOLDER / f"{shot.view.name}-{shot.view.viewport}.png", optimize=True)


if __name__ == "__main__":
    main()
