# SPDX-License-Identifier: Apache-2.0
"""All machines by name: every function m_… of the machine files."""
import importlib

FILES = ("machines_battlemage", "machines_vendors", "machines_external", "machines_typec", "machines_server",
         "machines_rdma", "machines_reports", "machines_runtime", "machines_derived")


def machines():
    seen = {}
    for file in FILES:
        module = importlib.import_module(file)
        for name, build in list(vars(module).items()):
            if name.startswith("m_") and callable(build):
                shown = name[2:].replace("_", "-")
                if shown in seen:
                    raise SystemExit(f"{shown} is built twice: {seen[shown]} and {file}")
                seen[shown] = file
                yield shown, lambda build=build, shown=shown: finish(build, shown)


def finish(build, name):
    result = build(name)
    return result.text() if hasattr(result, "text") else result
