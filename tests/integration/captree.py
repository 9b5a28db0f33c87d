# SPDX-License-Identifier: Apache-2.0
"""Reads a capture (gpubay-capture(5)) apart from the product, and lays it out as a folder for --root.

Device nodes become empty files: making real ones needs root, and nothing is opened through them here.
"""
import errno
import os
import re

ENTRY = re.compile(r'^(?P<name>"(?:[^"\\]|\\.)*"|.*?)(?: (?P<op>=|:|%|->|!|@|~|\?)(?: (?P<value>.*))?)$')
OWNER = re.compile(r"^(.*?) ?\{[0-7]{4}(?: \d+:\d+)?\}$")


def unquote(text):
    if text.startswith('"') and text.endswith('"') and len(text) >= 2:
        return unescape(text[1:-1]).decode("utf-8", "surrogateescape")
    return text


def unescape(text):
    simple = {"n": b"\n", "r": b"\r", "t": b"\t", "0": b"\0", "\\": b"\\", '"': b'"', "'": b"'"}

    def one(m):
        c = m.group(1)
        return bytes([int(c[1:], 16)]) if c[0] == "x" else simple[c]

    out, at = b"", 0
    for m in re.finditer(r"\\(x[0-9a-fA-F]{2}|.)", text):
        out += text[at:m.start()].encode("utf-8", "surrogateescape") + one(m)
        at = m.end()
    return out + text[at:].encode("utf-8", "surrogateescape")


def hex_bytes(lines):
    data, size = bytearray(), None
    for line in lines:
        where, _, rest = line.partition(":")
        if where == "size":
            size = int(rest)
            continue
        at, row = int(where, 16), bytes.fromhex(rest.strip())
        data.extend(b"\0" * (at + len(row) - len(data)))
        data[at:at + len(row)] = row
    if size is not None:
        data.extend(b"\0" * (size - len(data)))
    return bytes(data)


def parse(text):
    """Gives ({path: (kind, value)}, {header}); kinds: dir, file, link, error, node, unknown."""
    tree, headers, folder = {}, {}, None
    lines = text.split("\n")
    i = 1
    while i < len(lines):
        line = lines[i].rstrip("\r")
        i += 1
        if not line or line.startswith("#"):
            continue
        if line.startswith("["):
            owner = OWNER.match(line)
            name = (owner.group(1) if owner else line).strip()[1:-1]
            folder = "" if name == "/" else unquote(name)
            tree.setdefault(folder, ("dir", None))
            continue
        if folder is None:
            key, _, value = line.partition(":")
            headers[key] = value.strip()
            continue
        block = []
        while i < len(lines) and lines[i].startswith("\t"):
            block.append(lines[i][1:].rstrip("\r"))
            i += 1
        owner = OWNER.match(line)
        m = ENTRY.match(owner.group(1) if owner else line)
        if not m or folder == "answers":
            continue
        path = (folder + "/" if folder else "") + unquote(m.group("name"))
        op, value = m.group("op"), m.group("value") or ""
        if op == "=":
            tree[path] = ("file", value.encode("utf-8", "surrogateescape") + b"\n")
        elif op == ":":
            tree[path] = ("file", "".join(b + "\n" for b in block).encode("utf-8", "surrogateescape"))
        elif op == "%":
            tree[path] = ("file", hex_bytes(block))
        elif op == "->":
            tree[path] = ("link", unquote(value))
        elif op == "!":
            tree[path] = ("error", value.split()[0])
        elif op == "@":
            tree[path] = ("node", value)
        elif op == "~":
            tree[path] = ("file", unescape(value))
        else:
            tree[path] = ("unknown", None)
    return tree, headers


def lay_out(tree, where):
    """Writes the tree below the folder `where`; entries whose reading failed are left out."""
    for path, (kind, value) in sorted(tree.items(), key=lambda e: (e[0].count("/"), e[0])):
        full = os.path.join(where, path)
        if kind in ("error", "unknown"):
            continue
        if kind == "dir":
            os.makedirs(full, exist_ok=True)
            continue
        os.makedirs(os.path.dirname(full), exist_ok=True)
        try:
            if kind == "link":
                os.symlink(value, full)
            else:
                with open(full, "wb") as f:
                    f.write(value if kind == "file" else b"")
        except OSError as e:
            if e.errno not in (errno.EEXIST, errno.EISDIR):
                raise


def read(path):
    with open(path, encoding="utf-8", errors="surrogateescape") as f:
        return parse(f.read())
