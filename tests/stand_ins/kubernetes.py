"""A strict stand-in for a cluster's API: jobs and their pods, checked field by field against the API's own schema.

The schema is that of the official client, whose models are generated from the OpenAPI document of Kubernetes: names, types,
what is required. A server refuses what it does not know here, as a real one does with `fieldValidation=Strict`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from kubernetes import client

TOKEN = "qa-token"
NAMESPACE = "inspect"
NAME = re.compile(r"^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$")
LABEL = re.compile(r"^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$")
QUANTITY = re.compile(r"^\d+(\.\d+)?(m|k|Ki|M|Mi|G|Gi)?$")
PLAIN = {"str": str, "int": int, "bool": bool, "float": (int, float)}


def problems(value: Any, kind: str = "V1Job", where: str = "") -> list[str]:
    """What the API's schema has to say against a manifest."""
    if kind.startswith("list["):
        if not isinstance(value, list):
            return [f"{where} is no list"]
        return [each for n, one in enumerate(value) for each in problems(one, kind[5:-1], f"{where}[{n}]")]
    if kind.startswith("dict("):
        inner = kind[5:-1].partition(", ")[2]
        if not isinstance(value, dict):
            return [f"{where} is no object"]
        return [each for name, one in value.items() for each in problems(one, inner, f"{where}.{name}")]
    if kind in PLAIN:
        is_right = isinstance(value, PLAIN[kind]) and (kind == "bool") == isinstance(value, bool)
        return [] if is_right else [f"{where} is {value!r}, no {kind}"]
    if not kind.startswith("V"):
        return []
    model = getattr(client, kind)
    if not isinstance(value, dict):
        return [f"{where} is no object"]
    names = {json_name: attribute for attribute, json_name in model.attribute_map.items()}
    found = [f"{where}.{name} is unknown" for name in value if name not in names]
    known = {names[name]: one for name, one in value.items() if name in names}
    try:
        model(local_vars_configuration=_strict(), **known)
    except ValueError as error:  # what is required, and enumerations
        found.append(f"{where}: {error}")
    for attribute, one in known.items():
        found += problems(one, model.openapi_types[attribute], f"{where}.{model.attribute_map[attribute]}")
    return found


def beyond_schema(job: dict[str, Any]) -> list[str]:
    """What the server refuses although the schema allows it: names, labels, quantities, volumes that are not there."""
    spec = job["spec"]["template"]["spec"]
    labels = [
        *job["metadata"].get("labels", {}).values(),
        *job["spec"]["template"]["metadata"]["labels"].values(),
    ]
    volumes = {volume["name"] for volume in spec.get("volumes", [])}
    found = [] if NAME.match(job["metadata"].get("name", "")) else ["metadata.name is no DNS label"]
    found += [f"{label!r} is no value of a label" for label in labels if not LABEL.match(label)]
    if spec["restartPolicy"] not in ("Never", "OnFailure"):
        found.append("a job's pod is restarted never or on failure")
    for container in spec["containers"]:
        found += [
            f"{mount['name']} is mounted, and is no volume"
            for mount in container.get("volumeMounts", [])
            if mount["name"] not in volumes
        ]
        amounts = container.get("resources", {})
        found += [
            f"{amount!r} is no quantity"
            for kind in ("requests", "limits")
            for amount in amounts.get(kind, {}).values()
            if not QUANTITY.match(amount)
        ]
    return found


def _strict() -> client.Configuration:
    configuration = client.Configuration()
    configuration.client_side_validation = True
    return configuration


@dataclass
class Cluster:
    """What is in its one namespace."""

    url: str = ""
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    status: dict[str, dict[str, Any]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def kubeconfig(self, folder: Path, token: str = TOKEN) -> Path:
        """A file for who asks with this token."""
        file = folder / f"kubeconfig-{token}"
        context = {"cluster": "c", "user": "u", "namespace": "default"}
        content = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "c", "cluster": {"server": self.url}}],
            "users": [{"name": "u", "user": {"token": token}}],
            "contexts": [{"name": "x", "context": context}],
            "current-context": "x",
        }
        file.write_text(json.dumps(content))
        return file

    def answer(self, method: str, path: str, query: dict[str, list[str]], body: Any) -> tuple[int, Any]:
        """As the API of a cluster does."""
        match = re.match(
            r"^/(?:apis/batch/v1|api/v1)/namespaces/([^/]+)/(jobs|pods)(?:/([^/]+))?(/status)?$", path
        )
        if match is None:
            return 404, "the server could not find the requested resource"
        namespace, kind, name, _ = match.groups()
        if namespace != NAMESPACE:
            return 403, f'{kind} is forbidden in the namespace "{namespace}"'
        match method, kind, name:
            case "POST", "jobs", None:
                return self._create(namespace, body)
            case "GET", "jobs", str() if name in self.jobs:
                return 200, {**self.jobs[name], "status": self.status[name]}
            case "DELETE", "jobs", str() if name in self.jobs:
                del self.jobs[name]
                return 200, {"kind": "Status", "apiVersion": "v1", "status": "Success"}
            case "GET", "pods", None:
                wanted = query.get("labelSelector", [""])[0].removeprefix("job-name=")
                pods = [_pod(self.jobs[wanted])] if wanted in self.jobs else []
                return 200, {"kind": "PodList", "apiVersion": "v1", "metadata": {}, "items": pods}
            case "DELETE", "pods", str():
                return 200, {"kind": "Pod", "apiVersion": "v1", "metadata": {"name": name}}
        return 404, f'{kind} "{name}" not found'

    def _create(self, namespace: str, body: Any) -> tuple[int, Any]:
        wrong = problems(body) or beyond_schema(body)
        if wrong:
            return 400, "; ".join(wrong)
        name = body["metadata"]["name"]
        if name in self.jobs:
            return 409, f'jobs.batch "{name}" already exists'
        self.jobs[name], self.status[name] = body, {"active": 1}
        return 201, body


def _pod(job: dict[str, Any]) -> dict[str, Any]:
    template = job["spec"]["template"]
    metadata = {**template["metadata"], "name": f"{job['metadata']['name']}-x7k2p"}
    return {"kind": "Pod", "apiVersion": "v1", "metadata": metadata, "spec": template["spec"], "status": {}}


@contextmanager
def a_cluster() -> Iterator[Cluster]:
    """Its API on loopback."""
    cluster = Cluster()

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            parts = urlsplit(self.path)
            cluster.requests.append(f"{self.command} {parts.path}")
            if self.headers.get("authorization") != f"Bearer {TOKEN}":
                status, said = 401, "Unauthorized"
            else:
                status, said = cluster.answer(self.command, parts.path, parse_qs(parts.query), body)
            if status >= 400:
                cluster.refused.append(f"{status} {said}")
                said = {
                    "kind": "Status",
                    "apiVersion": "v1",
                    "status": "Failure",
                    "message": said,
                    "code": status,
                }
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(said).encode())

        do_GET = do_POST = do_DELETE = _serve

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        cluster.url = f"http://127.0.0.1:{server.server_port}"
        Thread(target=server.serve_forever, daemon=True).start()
        yield cluster
        server.shutdown()
