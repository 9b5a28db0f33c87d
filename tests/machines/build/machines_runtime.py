# SPDX-License-Identifier: Apache-2.0
"""Container engines beside a GPU: CDI on, off and too old, traps of containerd's files, what NVIDIA's older way left."""
import json

from machines_battlemage import slot_card
from gpus import xe

GPU = "0000:03:00.0"
CRI2 = 'plugins."io.containerd.grpc.v1.cri"'
CRI3 = "plugins.'io.containerd.cri.v1.runtime'"
NVIDIA = "/usr/bin/nvidia-container-runtime"


def host(name, note, **engines):
    """A B580 that is ready, and engines: podman="4.3.1+ds1-8" and so on; None: installed, version unknown."""
    m = slot_card(name, note)
    xe(m, addr=GPU)
    m.answer("user", "self", "1000 1000 1000 44 105 user")
    packages = {"podman": "podman", "dockerd": "docker-ce|docker.io|moby-engine", "containerd": "containerd.io|containerd", "crio": "cri-o", "kubelet": "kubelet"}
    for program, version in engines.items():
        m.tree.file(f"usr/bin/{program}", "")
        if version and program in packages:
            m.answer("package", packages[program], version)
    return m


def spec(m, path, version, kind="intel.com/gpu"):
    m.tree.file(path, json.dumps({"cdiVersion": version, "kind": kind, "devices": [
        {"name": "all", "containerEdits": {"deviceNodes": [{"path": "/dev/dri/renderD128"}]}}]}, indent=1) + "\n")


def m_1gpu_engines_ready(name):
    m = host(name, "Podman, Docker, containerd and CRI-O that all take CDI names: nothing to do", podman="5.4.2+ds1-2", dockerd="5:28.3.3-1~debian.13~trixie",
             containerd="2.1.4-1", crio="1.33.2-1.1")
    m.tree.file("etc/containerd/config.toml", f"version = 3\n[{CRI3}]\n  cdi_spec_dirs = ['/etc/cdi', '/var/run/cdi']\n")
    m.tree.file("etc/crio/crio.conf.d/10-crio.conf", "[crio.runtime]\ndefault_runtime = \"crun\"\n")
    m.tree.file("usr/share/containers/containers.conf", "[containers]\nlog_driver = \"journald\"\n"
                "annotations = [\"run.oci.keep_original_groups=1\"]\n")
    m.tree.file("usr/bin/crun", "")
    spec(m, "run/cdi/gpubay-intel.com-gpu.json", "0.5.0")
    return m


def m_1gpu_engines_cdi_off(name):
    m = host(name, "Docker 25 and containerd 1.7: both know CDI, in neither it is on", dockerd="5:25.0.5-1~debian.12~bookworm", containerd="1.7.24-1")
    m.tree.file("etc/docker/daemon.json", '{\n  "log-driver": "journald",\n  "features": {\n    "cdi": false\n  }\n}\n')
    m.tree.file("etc/containerd/config.toml", f"version = 2\n[{CRI2}]\n  enable_cdi = false\n")
    return m


def m_1gpu_docker_brings_containerd(name):
    return host(name, "Docker 26 as Debian has it: CDI is off in it; containerd came along, and nobody asks its CRI plugin for anything",
                dockerd="26.1.5+dfsg1-9+b9", containerd="1.7.24~ds1-6+b4")


def m_1gpu_engines_var_run_apart(name):
    m = host(name, "Podman that looks for specs in /var/run/cdi, on a system where /var/run is no link to /run; its own list names another",
             podman="5.4.2+ds1-2", containerd="2.1.4-1")
    m.tree.file("etc/containerd/config.toml", f"version = 3\n[{CRI3}]\n  cdi_spec_dirs = ['/etc/cdi', '/etc/containerd/cdi/', '/run/cdi/']\n")
    m.tree.file("var/run/cdi/mine.yaml", "cdiVersion: 0.5.0\nkind: mine.org/gpu\ndevices:\n- name: a\n  containerEdits:\n    env: [A=1]\n")
    m.tree.file("etc/containerd/cdi/theirs.json", '{"cdiVersion": "0.5.0", "kind": "theirs.org/gpu", "devices": []}\n')
    return m


def m_1gpu_engines_release_unknown(name):
    return host(name, "Podman, Docker and a kubelet of no package whose release can be read: whether CDI is on cannot be said", podman=None, dockerd=None,
                kubelet=None)


def m_1gpu_engines_too_old(name):
    m = host(name, "Podman 3.0 and containerd 1.6, which know no CDI", podman="3.0.1+dfsg1-3+deb11u5", containerd="1.6.20~ds1-1+deb12u2")
    m.tree.file("etc/containerd/config.toml", f"version = 2\n[{CRI2}]\n  enable_cdi = true\n")
    return m


def m_1gpu_engines_broken_files(name):
    m = host(name, "daemon.json with a comma too many, and a TOML file that sets a key twice", dockerd="5:28.3.3-1~debian.13~trixie", podman="5.4.2+ds1-2")
    m.tree.file("etc/docker/daemon.json", '{\n  "debug": true,\n}\n')
    m.tree.file("etc/containers/containers.conf", "[engine]\nruntime = \"crun\"\nruntime = \"runc\"\n")
    return m


def m_1gpu_containerd_drop_in_drops_main(name):
    m = host(name, "containerd 1.7 with a drop-in that has the CRI table: the main file's is gone", containerd="1.7.24-1")
    m.tree.file("etc/containerd/config.toml", f'version = 2\nimports = ["conf.d/*.toml"]\n[{CRI2}]\n  sandbox_image = "pause:3.9"\n'
                f'  [{CRI2}.containerd.runtimes.runc.options]\n    SystemdCgroup = true\n')
    m.tree.file("etc/containerd/conf.d/99-cdi.toml", f"version = 2\n[{CRI2}]\n  enable_cdi = true\n")
    return m


def m_1gpu_engines_legacy_left(name):
    m = host(name, "Engines that take CDI, and in their files what NVIDIA's older runtime left", dockerd="5:28.3.3-1~debian.13~trixie", containerd="2.0.5-1",
             podman="5.4.2+ds1-2")
    m.tree.file("usr/bin/nvidia-container-runtime", "")
    m.tree.file("etc/docker/daemon.json", '{\n  "default-runtime": "nvidia",\n  "runtimes": {\n    "nvidia": {\n      "args": [],\n'
                f'      "path": "{NVIDIA}"\n    }}\n  }}\n}}\n')
    m.tree.file("etc/containerd/config.toml", f"version = 3\n[{CRI3}.containerd.runtimes.nvidia]\n  runtime_type = 'io.containerd.runc.v2'\n"
                f"  [{CRI3}.containerd.runtimes.nvidia.options]\n    BinaryName = '{NVIDIA}'\n")
    m.tree.file("usr/share/containers/oci/hooks.d/oci-nvidia-hook.json", "{}\n")
    return m


def m_1gpu_engines_runtime_gone(name):
    m = host(name, "NVIDIA's runtime was removed, docker's and CRI-O's files still name it", dockerd="5:28.3.3-1~debian.13~trixie", crio="1.33.2-1.1")
    m.tree.file("etc/docker/daemon.json", f'{{\n  "runtimes": {{"nvidia": {{"path": "{NVIDIA}"}}}}\n}}\n')
    m.tree.file("etc/crio/crio.conf.d/99-nvidia.conf", f'[crio.runtime]\n[crio.runtime.runtimes.nvidia]\nruntime_path = "{NVIDIA}"\n')
    return m


def m_1gpu_engines_spec_trouble(name):
    m = host(name, "Podman 4.3 and a spec of version 0.7.0; CRI-O looks for specs in a folder of its own", podman="4.3.1+ds1-8+deb12u1+b1", crio="1.33.2-1.1")
    m.tree.file("etc/crio/crio.conf", '[crio.runtime]\ncdi_spec_dirs = [\n  "/opt/cdi",\n]\n')
    spec(m, "etc/cdi/intel.json", "0.7.0")
    m.tree.file("etc/cdi/other.yaml", "cdiVersion: 0.5.0\n")
    return m


def m_1gpu_engines_spec_stale(name):
    m = host(name, "a spec from before the nodes were numbered anew, and one that was cut off", podman="5.4.2+ds1-2")
    m.tree.file("etc/cdi/nvidia.yaml", "cdiVersion: 0.5.0\nkind: nvidia.com/gpu\ndevices:\n- name: '0'\n  containerEdits:\n    deviceNodes:\n    - path: /dev/dri/renderD129\n"
                "containerEdits:\n  deviceNodes:\n  - path: /dev/nvidiactl\n    hostPath: /dev/nvidiactl\n")
    m.tree.file("etc/cdi/cut.json", '{"cdiVersion": "0.5.0", "kind": ')
    return m


def m_1gpu_k3s_template(name):
    m = host(name, "k3s whose containerd template takes nothing of what k3s generates")
    m.tree.file("usr/local/bin/k3s", "")
    m.tree.file("var/lib/rancher/k3s/agent/etc/containerd/config.toml", f"version = 2\n[{CRI2}]\n  enable_cdi = false\n")
    m.tree.file("var/lib/rancher/k3s/agent/etc/containerd/config.toml.tmpl", f"version = 2\n[{CRI2}]\n  enable_cdi = false\n")
    return m


def m_1gpu_engines_selinux(name):
    m = host(name, "Podman and CRI-O where SELinux keeps containers from graphics nodes", podman="5.4.2+ds1-2", crio="1.33.2-1.1")
    m.tree.file("etc/crio/crio.conf.d/10-crio.conf", "[crio.runtime]\nselinux = true\n")
    m.tree.file("sys/fs/selinux/enforce", "1")
    for boolean in ("container_use_devices", "container_use_dri_devices", "container_use_xserver_devices"):
        m.tree.file(f"sys/fs/selinux/booleans/{boolean}", "0 0")
    m.tree.file("usr/bin/runc", "")
    return m


def m_1gpu_engines_rootless_refused(name):
    m = host(name, "Podman for users who may make no user namespaces: AppArmor wants a profile", podman="5.4.2+ds1-2")
    m.tree.file("proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1")
    m.tree.file("usr/bin/crun", "")
    return m


def m_1gpu_kubelet_cdi_off(name):
    m = host(name, "a kubelet that does not hand CDI names of device plugins on, by a flag", containerd="2.0.5-1", kubelet="1.29.4-2.1")
    m.tree.file("etc/containerd/config.toml", f"version = 3\n[{CRI3}]\n")
    m.tree.file("var/lib/kubelet/config.yaml", "apiVersion: kubelet.config.k8s.io/v1beta1\nfeatureGates:\n  DevicePluginCDIDevices: true\nkind: KubeletConfiguration\n")
    m.tree.file("var/lib/kubelet/kubeadm-flags.env", 'KUBELET_KUBEADM_ARGS="--container-runtime-endpoint=unix:///run/containerd/containerd.sock '
                '--feature-gates=DevicePluginCDIDevices=false"\n')
    return m


def m_1gpu_kubelet_too_old(name):
    m = host(name, "a kubelet before CDI, whose configuration is broken", containerd="2.0.5-1", kubelet="1.27.16-1.1")
    m.tree.file("var/lib/kubelet/config.yaml", "kind: KubeletConfiguration\nfeatureGates:\n  - DevicePluginCDIDevices: true\n kind: x\n")
    return m
