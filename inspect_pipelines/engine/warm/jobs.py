"""The jobs of a module, loaded once by the warm parent, so that its children need not."""

from __future__ import annotations

import sys

from dagster._core.definitions.job_base import IJob, InMemoryJob
from dagster._core.definitions.reconstruct import ReconstructableRepository
from dagster._core.definitions.repository_definition import RepositoryDefinition
from dagster._core.origin import DEFAULT_DAGSTER_ENTRY_POINT, JobPythonOrigin
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster._grpc.server import LoadedRepositories

IN_PROCESS = "in_process"  # the name of `dg.in_process_executor`


class LoadedJob(InMemoryJob):
    """A job as it was loaded, with the repository around it."""

    def __init__(self, repository: RepositoryDefinition, name: str) -> None:
        super().__init__(repository.get_job(name))
        self._repository = repository

    def get_repository_definition(self) -> RepositoryDefinition:
        return self._repository


class Jobs:
    """What a module defines, all of it built."""

    def __init__(self, module: str) -> None:
        self.module = module
        loaded = LoadedRepositories(
            LoadableTargetOrigin(executable_path=sys.executable, module_name=module),
            container_image=None,
            entry_point=DEFAULT_DAGSTER_ENTRY_POINT,
            container_context=None,
        )
        self._repositories: list[tuple[RepositoryDefinition, ReconstructableRepository]] = [
            (repository, loaded.reconstructables_by_name[name])
            for name, repository in loaded.definitions_by_name.items()
        ]
        self.names = frozenset(name for repository, _ in self._repositories for name in repository.job_names)

    def find(self, name: str) -> IJob:
        """The job, to execute in this process or a fork of it.

        One that wants a process a step is found again from its module, as those processes have to.

        Raises:
            KeyError: The module defines no such job.
        """
        for repository, reconstructable in self._repositories:
            if name in repository.job_names:
                if repository.get_job(name).executor_def.name == IN_PROCESS:
                    return LoadedJob(repository, name)
                return reconstructable.get_reconstructable_job(name)
        raise KeyError(name)

    def origin(self, name: str) -> JobPythonOrigin:
        """Where another process finds the job again.

        Raises:
            KeyError: The module defines no such job.
        """
        for repository, reconstructable in self._repositories:
            if name in repository.job_names:
                return reconstructable.get_reconstructable_job(name).get_python_origin()
        raise KeyError(name)
