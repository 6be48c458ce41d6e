"""What an agent is told: the playbook as a prompt, in which nothing of strangers stands outside of the fence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from inspect_pipelines.domain.action_words import filled
from inspect_pipelines.domain.playbook import VariableType
from inspect_pipelines.domain.prompt import prompt_of
from inspect_pipelines.domain.session import SessionRequest
from inspect_pipelines.errors import UsageError

# Their grammars leave no room for a sentence.
PLAIN = (
    VariableType.URL,
    VariableType.INT,
    VariableType.BOOLEAN,
    VariableType.ENUM,
    VariableType.LOGIN,
    VariableType.SHA,
)


def orders(request: SessionRequest, nonce: str) -> str:
    """The prompt of a session.

    A value that holds what strangers wrote, in a variable that takes any text, is named in the playbook's sentences and
    stands between the fence's lines.

    Raises:
        UsageError: The playbook is too long for a prompt, or is to be played at two addresses, which an agent does not.
    """
    if request.beside is not None:
        raise UsageError(
            f"playbook {request.playbook.id!r} is to be compared with another address, which only a browser does; "
            "give it `runner: browser`"
        )
    fenced = {variable.name for variable in request.playbook.variables if variable.type not in PLAIN}
    values = {
        name: replace(value, text=f'(the value "{name}" among the data with {nonce})')
        if value.is_of_event and name in fenced
        else value
        for name, value in request.values.items()
    }
    return prompt_of(request.playbook, values, nonce=nonce, event="\n".join(_event(request, fenced)))


def _event(request: SessionRequest, fenced: set[str]) -> Iterator[str]:
    for name, value in request.values.items():
        if value.is_of_event and name in fenced:
            yield f"value {name}: {value.text}"
    yield from (f"event {name}: {text}" for name, text in request.event.items())


def base_url(request: SessionRequest) -> str:
    """Where the playbook starts, its values filled in."""
    texts = {name: value.text for name, value in request.values.items() if not value.is_secret_reference}
    return filled(request.playbook.base_url, texts)
