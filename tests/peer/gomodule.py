# SPDX-License-Identifier: Apache-2.0
"""Go modules for tests: fetched through the module proxy that `go env GOPROXY` names, or from Go's own cache."""
import json
import shutil
import subprocess
import tempfile


def folder(module, version):
    """(folder of the module's files, None), or (None, why it cannot be had)."""
    if not shutil.which("go"):
        return None, "Go is not installed"
    with tempfile.TemporaryDirectory() as tmp:
        try:
            p = subprocess.run(["go", "mod", "download", "-json", f"{module}@{version}"], cwd=tmp, capture_output=True, text=True,
                               timeout=120)
        except subprocess.TimeoutExpired:
            return None, "the module proxy does not answer"
    try:
        answer = json.loads(p.stdout)
    except ValueError:
        answer = {"Error": p.stderr.strip()}
    if answer.get("Error") or not answer.get("Dir"):
        return None, f"no {module}: {' '.join(str(answer.get('Error', 'no folder')).split())[:200]}"
    return answer["Dir"], None
