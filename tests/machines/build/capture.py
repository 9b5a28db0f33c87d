# SPDX-License-Identifier: Apache-2.0
"""A file tree in memory and its capture text (format: src/host/capture.h)."""
import re

PLAIN_NAME = re.compile(r'^[^\s="\\#\[][^\s="\\]*$')


class Node:
    """A leaf: file, link, error, device node or something unknown."""

    def __init__(self, kind, value=None, mode=None):
        self.kind, self.value, self.mode = kind, value, mode


class Tree:
    """Directories are dicts in the order things were added; leaves are Nodes."""

    def __init__(self):
        self.root = {}

    @staticmethod
    def _parts(path):
        return [p for p in path.split("/") if p]

    def dir(self, path):
        at = self.root
        for part in self._parts(path):
            at = at.setdefault(part, {})
            if not isinstance(at, dict):
                raise ValueError(f"{path}: '{part}' is no directory")
        return at

    def put(self, path, node):
        parts = self._parts(path)
        self.dir("/".join(parts[:-1]))[parts[-1]] = node

    def file(self, path, text, mode=None):
        """Text without a newline at its end gets one: that is what sysfs attributes look like."""
        if isinstance(text, str):
            text = text if text.endswith("\n") else text + "\n"
            text = text.encode()
        self.put(path, Node("file", text, mode))

    def bytes(self, path, data, mode=None):
        self.put(path, Node("file", bytes(data), mode))

    def link(self, path, target):
        self.put(path, Node("link", target))

    def link_to(self, path, target):
        """A relative link to another path of the tree, as sysfs writes them."""
        here, there = self._parts(path)[:-1], self._parts(target)
        while here and there and here[0] == there[0] and len(there) > 1:
            here, there = here[1:], there[1:]
        self.link(path, "/".join([".."] * len(here) + there))

    def error(self, path, name):
        self.put(path, Node("error", name))

    def device(self, path, kind, major, minor, mode):
        self.put(path, Node("device", f"{kind} {major}:{minor}", mode))

    def unknown(self, path):
        self.put(path, Node("unknown"))

    def get(self, path):
        at = self.root
        for part in self._parts(path):
            if not isinstance(at, dict) or part not in at:
                return None
            at = at[part]
        return at

    def remove(self, path):
        parts = self._parts(path)
        parent = self.get("/".join(parts[:-1]))
        if parent is None or parts[-1] not in parent:
            raise ValueError(f"{path} is not there to be removed")
        del parent[parts[-1]]


def quote(name):
    if PLAIN_NAME.match(name):
        return name
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t") + '"'


def escape(data):
    out = []
    for b in data:
        ch = chr(b)
        if ch == "\\":
            out.append("\\\\")
        elif ch == "\n":
            out.append("\\n")
        elif ch == "\t":
            out.append("\\t")
        elif 0x20 <= b < 0x7f:
            out.append(ch)
        else:
            out.append(f"\\x{b:02x}")
    return "".join(out)


def is_text(data):
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return False
    return all(c in "\n\t" or (c.isprintable()) for c in text)


def hexdump(data):
    lines, size = [], len(data)
    for at in range(0, size, 16):
        row = data[at:at + 16]
        if any(row):
            lines.append(f"{at:04x}: " + " ".join(f"{b:02x}" for b in row))
    if not size or not any(data[(size - 1) // 16 * 16:]):
        lines.append(f"size: {size}")
    return lines


def entry(name, node):
    """The lines of one leaf."""
    mode = f" {{{node.mode}}}" if node.mode else ""
    name = quote(name)
    if node.kind == "link":
        return [f"{name} -> {node.value}"]
    if node.kind == "error":
        return [f"{name} ! {node.value}{mode}"]
    if node.kind == "device":
        return [f"{name} @ {node.value}{mode}"]
    if node.kind == "unknown":
        return [f"{name} ?"]
    data = node.value
    if not data:
        return [f"{name} ~{mode}"]
    if not is_text(data):
        return [f"{name} %{mode}"] + ["\t" + line for line in hexdump(data)]
    text = data.decode()
    if not text.endswith("\n"):
        return [f"{name} ~ {escape(data)}{mode}"]
    lines = text[:-1].split("\n")
    if len(lines) > 1:
        return [f"{name} :{mode}"] + ["\t" + line for line in lines]
    line = lines[0]
    if line == "":
        return [f"{name} ={mode}"]
    if line != line.strip() or line.endswith("}"):
        return [f"{name} ~ {escape(data)}{mode}"]
    return [f"{name} = {line}{mode}"]


def natural(name):
    return [int(p) if p.isdigit() else p for p in re.split(r"(\d+)", name)]


def sections(tree, path=""):
    leaves = [(n, v) for n, v in tree.items() if not isinstance(v, dict)]
    dirs = [(n, v) for n, v in tree.items() if isinstance(v, dict)]
    if leaves or (path and not dirs):
        yield path, leaves
    for name, sub in sorted(dirs, key=lambda d: natural(d[0])):
        yield from sections(sub, f"{path}/{name}" if path else name)


def render(header, tree, answers):
    """The whole text. header: (key, value) pairs; answers: (kind, key, value)."""
    out = ["gpubay capture 1"]
    out += [f"{k}: {v}" for k, v in header]
    for path, leaves in sections(tree.root):
        out += ["", f"[{path or '/'}]"]
        for name, node in leaves:
            out += entry(name, node)
    if answers:
        out += ["", "[answers]"]
        for kind, key, value in answers:
            value = value.rstrip("\n")
            if "\n" in value:
                out += [f"{kind} {key} :"] + ["\t" + line for line in value.split("\n")]
            else:
                out.append(f"{kind} {key} = {value}" if value else f"{kind} {key} =")
    return "\n".join(out) + "\n"
