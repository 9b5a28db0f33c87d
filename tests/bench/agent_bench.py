# SPDX-License-Identifier: Apache-2.0
"""How long the agent takes from an event to a spec on disk and a subscriber that was told, and what it costs at rest.

A machine of 64 functions, eight of them GPUs, in a memory file system and, for root, in the place of the system's folders;
events over a socket pair, a subscriber on the agent's socket. Both sides run with real-time priority where that is allowed, so
that what else the machine does is not measured.
"""
import json
import os
import re
import socket
import statistics
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "integration"))
sys.path.insert(0, HERE)
import make_tree  # noqa: E402

FUNCTIONS, DISPLAY_PERCENT = 64, 13
WINDOW_MS, OVER_WINDOW_MS, REMOVAL_MS = 30, 5, 5
RSS_KIB_MAX, PRIVATE_KIB_MAX = 4096, 1536


def real_time(pid):
    try:
        os.sched_setscheduler(pid, os.SCHED_FIFO, os.sched_param(10))
        return True
    except OSError:
        return False


class Follower:
    """A client that is told of events as they come."""

    def __init__(self, path):
        self.socket, self.rest = socket.socket(socket.AF_UNIX), b""
        self.socket.settimeout(10)
        self.socket.connect(path)
        self.socket.sendall(b'{"get":"events","last":0,"follow":true}\n')

    def wait(self, kind, gpu_address):
        while True:
            line, newline, self.rest = self.rest.partition(b"\n")
            if not newline:
                self.rest = line + self.socket.recv(65536)
                continue
            event = json.loads(line)
            if event.get("kind") == kind and event.get("address") == gpu_address:
                return time.monotonic()


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def make_nodes(m):
    """With the kernel's numbers where one's own machine is looked at, as root: there a file is no node."""
    numbers = {"nvidiactl": (195, 255), "nvidia-uvm": (508, 0)}
    for name in os.listdir(m.path("sys/class/drm")):
        numbers["dri/" + name] = (226, int(re.search(r"\d+$", name).group()))
    for name, (major, minor) in numbers.items():
        if os.geteuid() == 0:
            os.mknod(m.path("dev", name), 0o20666, os.makedev(major, minor))
        else:
            open(m.path("dev", name), "w").close()


def measure(build, rounds, idle_s):
    """{"removal": [ms], "burst": [ms], "functions", "gpus", "rss", "private", "wakeups", "real_time"}"""
    os.environ["GPUBAY_BUILD"] = build
    from agent import Machine, until  # noqa: E402
    shm = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="gpubay-bench-", dir=shm) as root:
        m = Machine.__new__(Machine)
        m.root = root
        make_tree.build(root, FUNCTIONS, DISPLAY_PERCENT)
        for folder in ("run", "var/lib", "dev/dri"):
            os.makedirs(os.path.join(root, folder), exist_ok=True)
        make_nodes(m)
        gpus = m.gpus()
        with m.agent(live=os.geteuid() == 0) as a:
            if not until(lambda: os.path.exists(m.path("run/gpubay/gpubayd.socket")) and a.offers(gpus[0])):
                raise RuntimeError(f"the agent does not start: {a.said()}")
            result = {"functions": len(os.listdir(m.path("sys/bus/pci/devices"))), "gpus": len(gpus),
                      "real_time": real_time(a.pid()) and real_time(0), "idle_s": idle_s, "removal": [], "burst": []}
            follower = Follower(m.path("run/gpubay/gpubayd.socket"))
            time.sleep(0.3)
            for i in range(rounds):
                one_round(m, a, follower, gpus[i % len(gpus)], result)
            os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
            time.sleep(3)
            before = a.wakeups()
            time.sleep(idle_s)
            result["wakeups"] = a.wakeups() - before
            result["rss"], result["private"], _, _ = a.usage()
    return result


def one_round(m, a, follower, gpu, result):
    driver = m.driver(gpu)
    m.set_driver(gpu, "")
    start = time.monotonic()
    a.event("unbind", gpu)
    told = follower.wait("unbound", gpu)
    if a.offers(gpu):
        raise RuntimeError("told before the spec was withdrawn")
    result["removal"].append((told - start) * 1000)
    time.sleep(0.15)  # the look that follows, and the rest after it
    m.set_driver(gpu, driver)
    start = time.monotonic()
    # As the kernel sends them when a driver binds.
    a.event("add", gpu, "drm", "/drm/card9", DEVTYPE="drm_minor")
    for n in range(4):
        a.event("add", gpu, "drm", f"/drm/card9/card9-DP-{n}", DEVTYPE="drm_connector")
    a.event("add", gpu, "drm", "/drm/renderD137", DEVTYPE="drm_minor")
    a.event("bind", gpu, DRIVER=driver)
    told = follower.wait("ready", gpu)
    if not a.offers(gpu):
        raise RuntimeError("told before the spec was written")
    result["burst"].append((told - start) * 1000)
    time.sleep(0.15)


def report(r):
    """Lines of Markdown, and (what, measured, wanted, reached) of each limit."""
    lines = [f"The agent: {r['functions']} functions, {r['gpus']} GPUs, {len(r['burst'])} rounds"
             f"{', real-time priority' if r['real_time'] else ''}.", "",
             "| from the first event to the spec on disk and the subscriber told | least ms | median | p99 | most |",
             "| --- | --- | --- | --- | --- |"]
    for name, key in (("a GPU is gone (nothing waits)", "removal"), (f"a GPU is ready (gathered for {WINDOW_MS} ms)", "burst")):
        v = r[key]
        lines.append(f"| {name} | {min(v):.2f} | {statistics.median(v):.2f} | {percentile(v, 0.99):.2f} | {max(v):.2f} |")
    gone, ready = percentile(r["removal"], 0.99), percentile(r["burst"], 0.99)
    limits = [("a removal, ms at p99", f"{gone:.2f}", f"at most {REMOVAL_MS}", gone <= REMOVAL_MS),
              ("a burst, ms at p99", f"{ready:.2f}", f"at most {WINDOW_MS} + {OVER_WINDOW_MS}", ready <= WINDOW_MS + OVER_WINDOW_MS),
              (f"wake-ups of the idle agent in {r['idle_s']} s", str(r["wakeups"]), "0", r["wakeups"] == 0),
              ("resident KiB of the agent", f"{r['rss']:,}", f"at most {RSS_KIB_MAX:,}", r["rss"] <= RSS_KIB_MAX),
              ("private KiB of the agent", f"{r['private']:,}", f"at most {PRIVATE_KIB_MAX:,}", r["private"] <= PRIVATE_KIB_MAX)]
    return lines + [""], limits


if __name__ == "__main__":
    text, found = report(measure(os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "build"), int(os.environ.get("ROUNDS", "200")), int(os.environ.get("IDLE_S", "60"))))
    print("\n".join(text + [" | ".join(map(str, one)) for one in found]))
    sys.exit(not all(ok for *_, ok in found))
