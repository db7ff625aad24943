package main

import (
	"context"
	"encoding/json"
	"os"
	"sync"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"golang.org/x/sys/unix"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// node is the half of the driver that kubelet calls.
type node struct {
	csi.UnimplementedNodeServer
	id     string
	images *images
	faults string
	mu     sync.Mutex
}

func (n *node) NodeGetInfo(context.Context, *csi.NodeGetInfoRequest) (*csi.NodeGetInfoResponse, error) {
	return &csi.NodeGetInfoResponse{NodeId: n.id}, nil
}

func (n *node) NodeGetCapabilities(context.Context, *csi.NodeGetCapabilitiesRequest) (*csi.NodeGetCapabilitiesResponse, error) {
	answer := &csi.NodeGetCapabilitiesResponse{}
	for _, kind := range []csi.NodeServiceCapability_RPC_Type{
		csi.NodeServiceCapability_RPC_STAGE_UNSTAGE_VOLUME,
		csi.NodeServiceCapability_RPC_EXPAND_VOLUME,
		csi.NodeServiceCapability_RPC_GET_VOLUME_STATS,
	} {
		rpc := &csi.NodeServiceCapability_RPC{Type: kind}
		answer.Capabilities = append(answer.Capabilities, &csi.NodeServiceCapability{
			Type: &csi.NodeServiceCapability_Rpc{Rpc: rpc},
		})
	}
	return answer, nil
}

func (n *node) NodeStageVolume(_ context.Context, r *csi.NodeStageVolumeRequest) (*csi.NodeStageVolumeResponse, error) {
	mount := r.GetVolumeCapability().GetMount()
	if mount == nil {
		return nil, status.Error(codes.InvalidArgument, "file systems alone are served here, no raw blocks")
	}
	if err := n.strike("stage"); err != nil {
		return nil, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	file, target := n.images.path(r.GetVolumeId()), r.GetStagingTargetPath()
	if _, err := os.Stat(file); err != nil {
		return nil, status.Errorf(codes.NotFound, "there are no bytes of volume %s", r.GetVolumeId())
	}
	if source, err := mounted(target); err != nil || source != "" {
		return &csi.NodeStageVolumeResponse{}, err
	}
	return &csi.NodeStageVolumeResponse{}, stage(file, target, mount.GetFsType(), mount.GetMountFlags())
}

func (n *node) NodeUnstageVolume(_ context.Context, r *csi.NodeUnstageVolumeRequest) (*csi.NodeUnstageVolumeResponse, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return &csi.NodeUnstageVolumeResponse{}, unmount(r.GetStagingTargetPath())
}

func (n *node) NodePublishVolume(_ context.Context, r *csi.NodePublishVolumeRequest) (*csi.NodePublishVolumeResponse, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	target := r.GetTargetPath()
	if source, err := mounted(target); err != nil || source != "" {
		return &csi.NodePublishVolumeResponse{}, err
	}
	if err := os.MkdirAll(target, 0o750); err != nil {
		return nil, internal(err)
	}
	if err := do("mount", "--bind", r.GetStagingTargetPath(), target); err != nil {
		return nil, err
	}
	if r.GetReadonly() {
		return &csi.NodePublishVolumeResponse{}, do("mount", "-o", "remount,bind,ro", target)
	}
	return &csi.NodePublishVolumeResponse{}, nil
}

func (n *node) NodeUnpublishVolume(_ context.Context, r *csi.NodeUnpublishVolumeRequest) (*csi.NodeUnpublishVolumeResponse, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if err := unmount(r.GetTargetPath()); err != nil {
		return nil, err
	}
	return &csi.NodeUnpublishVolumeResponse{}, removeFolder(r.GetTargetPath())
}

func (n *node) NodeExpandVolume(_ context.Context, r *csi.NodeExpandVolumeRequest) (*csi.NodeExpandVolumeResponse, error) {
	if err := n.strike("nodeExpand"); err != nil {
		return nil, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if err := growMounted(r.GetVolumePath()); err != nil {
		return nil, err
	}
	return &csi.NodeExpandVolumeResponse{CapacityBytes: r.GetCapacityRange().GetRequiredBytes()}, nil
}

func (n *node) NodeGetVolumeStats(_ context.Context, r *csi.NodeGetVolumeStatsRequest) (*csi.NodeGetVolumeStatsResponse, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(r.GetVolumePath(), &s); err != nil {
		return nil, status.Error(codes.NotFound, err.Error())
	}
	block := s.Bsize
	return &csi.NodeGetVolumeStatsResponse{Usage: []*csi.VolumeUsage{
		{Unit: csi.VolumeUsage_BYTES, Total: int64(s.Blocks) * block, Available: int64(s.Bavail) * block, Used: int64(s.Blocks-s.Bfree) * block},
		{Unit: csi.VolumeUsage_INODES, Total: int64(s.Files), Available: int64(s.Ffree), Used: int64(s.Files - s.Ffree)},
	}}, nil
}

// strike fails a call for as long as the file of faults names it. The driver reads the same file, and
// counts the calls that are its own.
func (n *node) strike(call string) error {
	content, err := os.ReadFile(n.faults)
	if err != nil {
		return nil
	}
	var plan map[string]struct {
		Fail    int        `json:"fail"`
		Message string     `json:"message"`
		Code    codes.Code `json:"code"`
	}
	if err := json.Unmarshal(content, &plan); err != nil {
		return status.Errorf(codes.Internal, "%s: %v", n.faults, err)
	}
	fault, ok := plan[call]
	if !ok || fault.Fail == 0 {
		return nil
	}
	if fault.Message == "" {
		fault.Message = call + " fails, as the fault plan says"
	}
	if fault.Code == codes.OK {
		fault.Code = codes.Internal
	}
	return status.Error(fault.Code, fault.Message)
}
