#!/bin/bash
# Process 1 of a node: started by nodelink in namespaces of its own (mounts, processes, network), in the
# cluster's folder.
#
#   node.sh NAME ADDRESS CGROUP CSI_DRIVER TOOLS KUBELET CSINODE IMAGE...
#
# TOOLS is a folder of unpacked packages, IMAGE an OCI archive. When any part ends, the node ends: the kernel
# then kills every container and takes mounts, loop devices and interfaces along. Cgroups alone stay.
set -eu
umask 022 # a pod's user has to read files that kubelet and containerd make
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
name=$1 address=$2 group=$3 driver=$4 tools=$5 kubelet=$6 csinode=$7
shift 7
pods=${address%.*}.0/24

mount --make-rprivate /
mount -t proc proc /proc
ip link set lo up
# The bridge of the pods is the node's own address, too: kubelet wants one that is not 127.0.0.1.
# Its hardware address is given: else it is the lowest of the pods', and whenever that one goes, the others
# look for the node, its DNS with it, under the former one for up to half a minute.
ip link add pods0 address 02:00:0a:f4:01:01 type bridge
ip address add "$address/24" dev pods0
ip link set pods0 up
hostname "$name"

# The cluster's folder under a short path: sockets have room for 107 bytes. What follows hides the host's.
mount --bind . /srv
mount -t tmpfs -o mode=755 tmpfs /run
mount -t tmpfs -o mode=755 tmpfs /var/log
cd /
mkdir -p /srv/node/{kubelet,containerd,volumes,config/cni} /run/containerd /run/lock
for log in containerd csinode kubelet; do
  [ ! -e "/srv/log/$log.log" ] || mv "/srv/log/$log.log" "/srv/log/$log.log.1"
done

# The cgroups of all pods have one parent. Those of a node that was killed go first: kubelet would look for
# their containers for minutes.
find /sys/fs/cgroup -depth -type d -path "*/$group*" -exec rmdir {} \; 2> /dev/null || true
if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
  for controller in cpu cpuset io memory pids hugetlb; do
    echo "+$controller" > /sys/fs/cgroup/cgroup.subtree_control 2> /dev/null || true
  done
  mkdir -p "/sys/fs/cgroup/$group"
else
  for controller in /sys/fs/cgroup/*/; do
    [ -e "$controller/cgroup.clone_children" ] || continue
    mkdir -p "$controller/$group"
    # No process can enter a cpuset that is empty.
    if [ -e "$controller/cpuset.cpus" ]; then
      cat "$controller/cpuset.cpus" > "$controller/$group/cpuset.cpus"
      cat "$controller/cpuset.mems" > "$controller/$group/cpuset.mems"
    fi
  done
fi

cni=$tools/usr/lib/cni
[ -d "$cni" ] || cni=/opt/cni/bin
cat > /srv/node/config/containerd.toml << T
version = 2
root = "/srv/node/containerd"
state = "/run/containerd"
disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.internal.v1.opt"]
[grpc]
  address = "/run/containerd/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  # Without CAP_SYS_RESOURCE no process may get a score below that of its parent.
  restrict_oom_score_adj = true
  disable_apparmor = true
  sandbox_image = "statefast.local/pause:1"
  stream_server_address = "127.0.0.1"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "$cni"
    conf_dir = "/srv/node/config/cni"
T
cat > /srv/node/config/cni/10-pods.conflist << T
{"cniVersion": "0.4.0", "name": "pods", "plugins": [
  {"type": "bridge", "bridge": "pods0", "isDefaultGateway": true, "hairpinMode": true,
   "ipam": {"type": "host-local", "ranges": [[{"subnet": "$pods"}]], "dataDir": "/run/cni"}}]}
T
cat > /srv/node/config/kubelet.yaml << T
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
failCgroupV1: false
cgroupDriver: cgroupfs
cgroupRoot: /$group
containerRuntimeEndpoint: unix:///run/containerd/containerd.sock
failSwapOn: false
enforceNodeAllocatable: []
makeIPTablesUtilChains: false
localStorageCapacityIsolation: false
volumePluginDir: /srv/node/kubelet/plugins-none
podLogsDir: /var/log/pods
evictionHard: {memory.available: 100Mi, nodefs.available: 1%, imagefs.available: 1%}
imageGCHighThresholdPercent: 100
imageGCLowThresholdPercent: 99
# The port can be reached from this node alone: by its pods, and through nodelink's socket.
authentication: {anonymous: {enabled: true}, webhook: {enabled: false}}
authorization: {mode: AlwaysAllow}
readOnlyPort: 0
healthzPort: 0
clusterDNS: [$address]
clusterDomain: cluster.local
resolvConf: ""
# How often the volumes of a running pod are looked at, and so how long growth takes.
syncFrequency: 10s
nodeStatusUpdateFrequency: 5s
registerNode: true
T
export PATH=$tools/usr/bin:$tools/usr/sbin:$tools/sbin:$PATH HOME=/srv/node TMPDIR=/run
libraries=$(echo "$tools"/usr/lib/*-linux-gnu)
LD_LIBRARY_PATH=$libraries containerd --config /srv/node/config/containerd.toml > /srv/log/containerd.log 2>&1 &
runtime=$!
# Before the images, which take a while: the sidecars of the driver wait for it half a minute.
LD_LIBRARY_PATH=$libraries "$csinode" -endpoint=/srv/node/csi.sock -driver=unix:///srv/csi.sock -name="$driver" \
  -node="$name" -volumes=/srv/node/volumes -faults=/srv/faults.json \
  -plugins=/srv/node/kubelet/plugins_registry > /srv/log/csinode.log 2>&1 &
ctr() { command ctr --address /run/containerd/containerd.sock --namespace k8s.io "$@"; }
until ctr version > /dev/null 2>&1; do
  kill -0 $runtime || { echo "containerd ended: see containerd.log"; exit 1; }
  sleep 0.1
done
# All at a time: most of it waits for the disk.
imports=()
for image; do
  stamp=/srv/node/config/$(basename "$image").imported
  [ -e "$stamp" ] || { ctr images import "$image" && touch "$stamp"; } & imports+=($!)
done
for import in "${imports[@]}"; do wait "$import"; done
"$kubelet" --config=/srv/node/config/kubelet.yaml --kubeconfig=/srv/kubeconfig --hostname-override="$name" \
  --node-ip="$address" --root-dir=/srv/node/kubelet --cert-dir=/srv/node/kubelet/pki --v=2 > /srv/log/kubelet.log 2>&1 &
wait -n
echo "a part of the node ended: see containerd.log, csinode.log and kubelet.log"
exit 1
