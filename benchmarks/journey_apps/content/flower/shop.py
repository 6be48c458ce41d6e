"""A worker with two tasks, whose broker is a folder."""

from pathlib import Path

from celery import Celery

HERE = Path(__file__).parent
for name in ("queue", "done", "control"):
    (HERE / name).mkdir(exist_ok=True)
app = Celery("shop", broker="filesystem://", backend=f"file://{HERE / 'done'}")
app.conf.broker_transport_options = {
    "data_folder_in": str(HERE / "queue"),
    "data_folder_out": str(HERE / "queue"),
    "control_folder": str(HERE / "control"),
}


@app.task
def pack(order: int) -> str:
    return f"order {order} is packed"


@app.task
def ship(order: int) -> str:
    return f"order {order} is on its way"
