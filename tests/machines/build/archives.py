# SPDX-License-Identifier: Apache-2.0
"""Published captures in $GPUBAY_CORPUS, read from their archives: {path: bytes or link target}."""
import functools
import io
import os
import tarfile


class Link(str):
    """The target of a symbolic link."""


def available():
    return bool(os.environ.get("GPUBAY_CORPUS"))


def read_tar(stream, mode):
    files, hard = {}, []
    with tarfile.open(fileobj=stream, mode=mode) as tar:
        for member in tar:
            name = member.name.lstrip("./")
            if member.isfile():
                files[name] = tar.extractfile(member).read()
            elif member.issym():
                files[name] = Link(member.linkname)
            elif member.islnk():
                hard.append((name, member.linkname.lstrip("./")))
    for name, target in hard:
        if target in files:
            files[name] = files[target]
    return files


@functools.lru_cache(maxsize=None)
def archive(name):
    """All files of NAME.tar.xz, without its top folder."""
    path = os.path.join(os.environ["GPUBAY_CORPUS"], name + ".tar.xz")
    with open(path, "rb") as file:
        return {k.split("/", 1)[1]: v for k, v in read_tar(file, "r:xz").items() if "/" in k}


@functools.lru_cache(maxsize=None)
def nested(name, member):
    """A tar.bz2 inside an archive, without its top folder."""
    return {k.split("/", 1)[1]: v for k, v in read_tar(io.BytesIO(archive(name)[member]), "r:bz2").items() if "/" in k}
