"""Two clients of the Node world, each with the tests of its own file in tests/clients/node."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.clients.conftest import Endpoint

NODE = Path(__file__).resolve().parent / "node"


@pytest.mark.node
@pytest.mark.parametrize("script", ["fhir-kit-client.mjs", "medplum.mjs"])
def test_it_works_with_the_record(endpoint: Endpoint, script: str) -> None:
    done = subprocess.run(
        ["node", "--test", "--test-reporter=tap", script],
        cwd=NODE,
        env=os.environ | {"FHIR_URL": endpoint.url, "FHIR_TOKEN": endpoint.token},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "# pass 0" not in done.stdout
