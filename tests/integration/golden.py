# SPDX-License-Identifier: Apache-2.0
"""
Runs the program over tests/machines and compares with the goldens beside the machines:

    NAME.txt    what a person sees: status, list, check and topo, each with its exit status
    NAME.json   the node document without what is unknown and without the long lists of PCI functions and of the
                platform; "whole" is the digest of the document as it was printed, so nothing changes unseen

`command` is the program with its arguments in front, so the same goldens serve a build for another system.
"""
import concurrent.futures
import difflib
import hashlib
import json
import os
import re
import subprocess

SRC = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MACHINES = os.path.join(SRC, "tests", "machines")
VERBS = ([], ["list"], ["check"], ["topo"])
LEFT_OUT = ("pci", "platform", "gaps", "source", "gpubay")
LIMIT_S = 60


def machines(wanted=()):
    names = sorted(f[:-8] for f in os.listdir(MACHINES) if f.endswith(".machine"))
    return [n for n in names if not wanted or any(w in n for w in wanted)]


class Run:
    def __init__(self, command, args):
        # Relative names: what is printed must not depend on where the sources lie, nor on whose path names those are.
        p = subprocess.run(command + args, cwd=MACHINES, capture_output=True, stdin=subprocess.DEVNULL, timeout=LIMIT_S)
        self.status, self.out, self.err = p.returncode, p.stdout, p.stderr


def before(name, verb):
    return ["--capture", name + ".machine"] + verb


def after(name, verb):
    return verb + ["--capture", name + ".machine"]


def prune(value):
    """Without what is unknown: null stands for it."""
    if isinstance(value, dict):
        return {k: prune(v) for k, v in value.items() if v is not None}
    if isinstance(value, list):
        return [prune(v) for v in value]
    return value


def shown_json(raw, document):
    """The part of the document that is kept for reading, as text."""
    settled = re.sub(rb'("gpubay": )"[^"]*"', rb'\1""', raw)
    kept = {"whole": "sha256 " + hashlib.sha256(settled).hexdigest()}
    kept.update((k, prune(v)) for k, v in document.items() if k not in LEFT_OUT and v not in ([], ""))
    return json.dumps(kept, indent=1, ensure_ascii=False) + "\n"


def text_of(command, name, faults):
    out = []
    for verb in VERBS:
        run = Run(command, before(name, verb))
        other = Run(command, after(name, verb))
        if (run.out, run.status) != (other.out, other.status):
            faults.append(f"'{' '.join(verb)}' differs with the source behind the verb")
        if b"\r" in run.out:
            faults.append(f"'{' '.join(verb)}' prints carriage returns")
        out.append(f"$ gpubay {' '.join(verb)}".rstrip() + f"   # {run.status}\n")
        out.append(run.out.decode())
        out += [f"error: {line}\n" for line in run.err.decode(errors="replace").splitlines()]
        out.append("\n")
    return "".join(out).rstrip("\n") + "\n"


def document_of(command, name, faults):
    run = Run(command, before(name, ["--json"]))
    if run.status not in (0, 1, 3):
        faults.append(f"--json ended with {run.status}: {run.err.decode(errors='replace').strip()}")
    try:
        document = json.loads(run.out)
    except ValueError as e:
        faults.append(f"--json is no JSON document: {e}")
        return None, b""
    return document, run.out


def invariants(document):
    """What must hold of every document, whatever the machine."""
    gpus = {g["address"]: g for g in document["gpus"]}
    functions = {p["address"] for p in document["pci"]}
    nodes = {d["name"] for d in document["drm"]}
    routers = {r["name"] for r in document["routers"]}
    if document["gpu_count"] != len(document["gpus"]):
        yield "gpu_count is not the number of GPUs"
    if len(gpus) != len(document["gpus"]):
        yield "two GPUs have one address"
    if len({g["id"] for g in document["gpus"]}) != len(gpus):
        yield "two GPUs have one id"
    for index, g in enumerate(document["gpus"]):
        if g["index"] != index:
            yield f"{g['address']} has index {g['index']} in place {index}"
        if g["vendor"] is None or g["kind"] in ("bmc", "virtual", "npu"):
            yield f"{g['address']} counts as a GPU and is {g['kind']} of {g['vendor']}"
        if g["state"] and not g["state_evidence"]:
            yield f"{g['address']} is {g['state']} without evidence"
        if g["external"] and g["external"]["attachment"] == "external" and not g["external"]["evidence"]:
            yield f"{g['address']} is external without evidence"
        if g["address"] not in (g["functions"] or []):
            yield f"{g['address']} is not among its own functions"
        for address in g["functions"] or []:
            if address not in functions:
                yield f"{g['address']} has the function {address}, which is not in pci"
        for name in g["drm"] or []:
            if name not in nodes:
                yield f"{g['address']} has the node {name}, which is not there"
    for s in document["slices"]:
        if s["gpu"] not in gpus:
            yield f"a slice belongs to {s['gpu']}, which is no GPU"
    for f in document.get("findings", []):
        if f["gpu"] and f["gpu"] not in gpus:
            yield f"{f['id']} is about {f['gpu']}, which is no GPU"
        if not f["evidence"]:
            yield f"{f['id']} about {f['subject']} has no evidence"
        if not f["remedy"] or not f["message"]:
            yield f"{f['id']} about {f['subject']} says nothing"
        if f["severity"] not in ("note", "warning", "error"):
            yield f"{f['id']} has severity {f['severity']}"
    for d in document["drm"]:
        if d["gpu"] and d["gpu"] not in gpus and d["gpu"] not in {x["address"] for x in document["displays"]}:
            yield f"{d['name']} belongs to {d['gpu']}, which is not there"
    for g in document["gpus"]:
        router = (g["external"] or {}).get("router")
        if router and router not in routers:
            yield f"{g['address']} sits in {router}, which is not there"


def compare(path, text, update, faults):
    old = None
    if os.path.exists(path):
        with open(path, encoding="utf-8", newline="") as file:
            old = file.read()
    if old == text:
        return
    if update:
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        return
    if old is None:
        faults.append(f"{os.path.basename(path)} is not there; make it with UPDATE=1")
        return
    diff = list(difflib.unified_diff(old.splitlines(), text.splitlines(), "golden", "now", n=1, lineterm=""))
    print("\n".join(diff[:40]))
    faults.append(f"{os.path.basename(path)} differs in {sum(line[:1] in '+-' for line in diff) - 2} lines")


def one(command, name, update=False):
    """Faults of one machine, as a list of sentences."""
    faults = []
    try:
        text = text_of(command, name, faults)
        document, raw = document_of(command, name, faults)
    except subprocess.TimeoutExpired:
        return [f"took longer than {LIMIT_S} s"]
    if document is not None and document.get("schema") == "gpubay/node/v1":
        faults += invariants(document)
        compare(os.path.join(MACHINES, name + ".json"), shown_json(raw, document), update, faults)
    compare(os.path.join(MACHINES, name + ".txt"), text, update, faults)
    return faults


def run_goldens(command, update=False, wanted=(), jobs=2):
    """Yields (machine, faults) for every machine, in order."""
    names = machines(wanted)
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        yield from zip(names, pool.map(lambda n: one(command, n, update), names))


def stray():
    """Goldens whose machine is gone."""
    names = set(machines())
    for file in sorted(os.listdir(MACHINES)):
        stem, ext = os.path.splitext(file)
        if ext in (".txt", ".json") and stem not in names:
            yield file
