"""The files under deploy/ against what they name: settings, commands, files, services, and the keys of
Dagster's Helm chart. No container engine is needed.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from de06_pipeline.cli import app
from de06_pipeline.settings import REPOSITORY, Settings

DEPLOY = REPOSITORY / "deploy"
FILES = sorted(p for p in DEPLOY.rglob("*") if p.is_file() and "secrets" not in p.parts)
SETTINGS = {f"DE06_{name.upper()}" for name in Settings.model_fields if name != "dagster_home"}
OF_COMPOSE_ALONE = {"DE06_PORT", "DE06_PROXY_SECRETS"}


def _yaml(path: str) -> Any:
    return yaml.safe_load((DEPLOY / path).read_text("utf-8"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_only_settings_that_there_are(path: Path) -> None:
    named = set(re.findall(r"\bDE06_[A-Z_]*[A-Z]\b", path.read_text("utf-8")))
    assert named - SETTINGS - OF_COMPOSE_ALONE == set()


def test_only_commands_that_there_are() -> None:
    commands = {command.name for command in app.registered_commands}
    called = set()
    for path in FILES:
        text = path.read_text("utf-8")
        called |= set(re.findall(r"(?:/bin/de06|\[de06,|-- de06) ([a-z]+)", text))
    assert {"worker", "init"} <= called <= commands


def test_a_worker_that_ends_unasked_is_started_again() -> None:
    """Celery's worker ends with 0 when it gives something up."""
    unit = (DEPLOY / "systemd" / "de06-worker@.service").read_text("utf-8")
    assert re.search(r"^Restart=always$", unit, re.M)


def test_the_image_is_made_of_the_lock_and_of_what_is_there() -> None:
    text = (DEPLOY / "Containerfile").read_text("utf-8").replace("\\\n", " ")
    copied = [line.split()[1:-1] for line in text.splitlines() if line.startswith("COPY ")]
    ours = [name for names in copied if not names[0].startswith("--from") for name in names]
    assert "requirements-run.lock" in ours
    assert [name for name in ours if not (REPOSITORY / name).exists()] == []
    installs = [line for line in text.splitlines() if "pip install" in line]
    assert "--require-hashes --requirement requirements-run.lock" in installs[0]
    assert all("--no-deps" in line for line in installs)
    stages = text.split("FROM ")[1:]
    assert len({stage.split()[0] for stage in stages}) == 1, "both stages have one Python"
    assert re.search(r"^USER de06$", stages[-1], re.M)


def test_services_of_the_compose_file_name_each_other() -> None:
    compose = _yaml("compose.yaml")
    services = compose["services"]
    for name, service in services.items():
        assert set(service.get("depends_on", ())) <= set(services), name
        for volume in service.get("volumes", ()):
            source = re.sub(r"^\$\{\w+:-([^}]*)\}", r"\1", volume).split(":")[0]
            if source.startswith("."):
                assert (DEPLOY / source).exists() or source.endswith("secrets"), volume
            else:
                assert source in compose["volumes"], volume
    text = (DEPLOY / "compose.yaml").read_text("utf-8")
    needed = set(re.findall(r"\$\{(\w+):\?\}", text))
    given = set(re.findall(r"^#? ?(\w+)=", (DEPLOY / "compose.env").read_text("utf-8"), re.M))
    assert needed <= given
    assert set(re.findall(r"\$\{(\w+)[:}]", text)) - needed <= given | OF_COMPOSE_ALONE


CHART: dict[str, Any] = {
    "global": {"dagsterHome", "postgresqlSecretName", "serviceAccountName"},
    "generatePostgresqlPasswordSecret": None,
    "postgresql": {"enabled", "postgresqlHost", "postgresqlUsername", "postgresqlDatabase"},
    "dagster-user-deployments": {"enabled", "enableSubchart", "deployments"},
    "runLauncher": {"type", "config"},
    "dagsterDaemon": {"enabled", "runCoordinator", "runMonitoring", "runRetries", "env", "image"},
    "dagsterWebserver": {"replicaCount", "enableReadOnly", "image", "env"},
    "telemetry": {"enabled"},
}
"""Keys of the chart's schema (helm/dagster/schema in Dagster's repository) that are used or likely."""
CODE_LOCATION = {
    "name", "image", "dagsterApiGrpcArgs", "port", "includeConfigInLaunchedRuns", "env", "envSecrets",
    "volumes", "volumeMounts", "securityContext", "podSecurityContext", "resources",
}  # fmt: skip
RUNS = {"image", "envSecrets", "volumes", "volumeMounts", "resources", "securityContext", "runK8sConfig"}  # fmt: skip


def test_values_for_the_helm_chart_have_keys_of_its_schema() -> None:
    values = _yaml("kubernetes/values.yaml")
    assert set(values) <= set(CHART)
    for key, known in CHART.items():
        if known is not None and key in values:
            assert set(values[key]) <= known, key
    (location,) = values["dagster-user-deployments"]["deployments"]
    runs = values["runLauncher"]["config"]["k8sRunLauncher"]
    assert set(location) <= CODE_LOCATION
    assert set(runs) <= RUNS
    queue = values["dagsterDaemon"]["runCoordinator"]["config"]["queuedRunCoordinator"]
    assert set(queue) <= {"maxConcurrentRuns", "tagConcurrencyLimits"}


def test_a_run_in_kubernetes_may_write_where_it_shows_that_it_lives() -> None:
    values = _yaml("kubernetes/values.yaml")
    (location,) = values["dagster-user-deployments"]["deployments"]
    for pod in (location, values["runLauncher"]["config"]["k8sRunLauncher"]):
        mounted = {mount["mountPath"]: mount["name"] for mount in pod["volumeMounts"]}
        home = mounted[values["global"]["dagsterHome"]]
        assert {"name": home, "emptyDir": {}} in pod["volumes"]
    assert location["includeConfigInLaunchedRuns"] == {"enabled": True}
