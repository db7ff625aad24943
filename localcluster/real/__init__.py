"""A node that runs pods: kubelet and containerd, in namespaces of their own."""
