# SPDX-License-Identifier: Apache-2.0
"""A client of the Container Runtime Interface, as far as tests need one: what a kubelet says to containerd or CRI-O.

    runtime = cri.Runtime("/run/containerd/containerd.sock")
    pod = runtime.pod("p1")
    box = runtime.container(pod, "c1", "localhost/box:latest", ["sleep", "1000"], cdi=["intel.com/gpu=all"])
    code, out, err = runtime.exec(box, ["ls", "/dev/dri"])

Messages are written by their field numbers (kubernetes/cri-api pkg/apis/runtime/v1/api.proto). NotHere when Python has no grpc.
"""
try:
    import grpc
except ImportError:
    grpc = None

SERVICE = "/runtime.v1.RuntimeService/"
NODE = 2  # NamespaceMode: the machine's own, so that no network has to be made
SECONDS = 60


class NotHere(Exception):
    pass


class Refused(Exception):
    pass


def number(n):
    out = b""
    while n > 0x7f:
        out, n = out + bytes([n & 0x7f | 0x80]), n >> 7
    return out + bytes([n])


def message(*fields):
    """Pairs of field number and value: a number, a text, or bytes of another message."""
    out = b""
    for field, value in fields:
        if isinstance(value, int):
            out += number(field << 3) + number(value)
        else:
            value = value.encode() if isinstance(value, str) else value
            out += number(field << 3 | 2) + number(len(value)) + value
    return out


def read(data):
    """{field: last value} of a message; numbers and bytes are all that is asked for here."""
    def varint(at):
        value = shift = 0
        while True:
            value |= (data[at] & 0x7f) << shift
            shift, at = shift + 7, at + 1
            if not data[at - 1] & 0x80:
                return value, at
    found, at = {}, 0
    while at < len(data):
        key, at = varint(at)
        value, at = varint(at)
        if key & 7 == 2:
            value, at = data[at:at + value], at + value
        found[key >> 3] = value
    return found


class Runtime:
    def __init__(self, socket):
        if not grpc:
            raise NotHere("python3-grpcio is not installed")
        self.channel = grpc.insecure_channel("unix://" + socket)
        self.pods = {}

    def call(self, name, request):
        method = self.channel.unary_unary(SERVICE + name, request_serializer=None, response_deserializer=None)
        try:
            return read(method(request, timeout=SECONDS))
        except grpc.RpcError as e:
            raise Refused(f"{name}: {e.details()}") from e

    def pod(self, name):
        namespaces = message((1, message((1, NODE), (2, 0), (3, 0))))
        config = message((1, message((1, name), (2, name), (3, "tests"))), (8, message((2, namespaces))))
        ident = self.call("RunPodSandbox", message((1, config)))[1].decode()
        self.pods[ident] = config
        return ident

    def container(self, pod, name, image, command, cdi=()):
        config = message((1, message((1, name))), (2, message((1, image))), *((3, word) for word in command),
                         *((17, message((1, device))) for device in cdi))
        ident = self.call("CreateContainer", message((1, pod), (2, config), (3, self.pods[pod])))[1].decode()
        self.call("StartContainer", message((1, ident)))
        return ident

    def exec(self, container, command):
        """(exit status, output, errors)"""
        r = self.call("ExecSync", message((1, container), *((2, word) for word in command), (3, SECONDS)))
        return r.get(3, 0), r.get(1, b"").decode(), r.get(2, b"").decode()

    def close(self):
        for pod in self.pods:
            for name in ("StopPodSandbox", "RemovePodSandbox"):
                try:
                    self.call(name, message((1, pod)))
                except Refused:
                    pass
        self.channel.close()
