package main

import (
	"cmp"
	"context"

	"github.com/container-storage-interface/spec/lib/go/csi"
)

type identity struct {
	csi.UnimplementedIdentityServer
	driver csi.IdentityClient
}

func (i *identity) GetPluginInfo(ctx context.Context, r *csi.GetPluginInfoRequest) (*csi.GetPluginInfoResponse, error) {
	return i.driver.GetPluginInfo(ctx, r)
}

func (i *identity) GetPluginCapabilities(ctx context.Context, r *csi.GetPluginCapabilitiesRequest) (*csi.GetPluginCapabilitiesResponse, error) {
	return i.driver.GetPluginCapabilities(ctx, r)
}

func (i *identity) Probe(ctx context.Context, r *csi.ProbeRequest) (*csi.ProbeResponse, error) {
	return i.driver.Probe(ctx, r)
}

// controller asks the driver first: what it refuses happens to no byte. A call that failed between the two is
// made again by the sidecar, and both halves take a repetition for what it is.
type controller struct {
	csi.UnimplementedControllerServer
	driver csi.ControllerClient
	images *images
}

func (c *controller) ControllerGetCapabilities(ctx context.Context, r *csi.ControllerGetCapabilitiesRequest) (*csi.ControllerGetCapabilitiesResponse, error) {
	return c.driver.ControllerGetCapabilities(ctx, r)
}

func (c *controller) ValidateVolumeCapabilities(ctx context.Context, r *csi.ValidateVolumeCapabilitiesRequest) (*csi.ValidateVolumeCapabilitiesResponse, error) {
	return c.driver.ValidateVolumeCapabilities(ctx, r)
}

func (c *controller) ControllerModifyVolume(ctx context.Context, r *csi.ControllerModifyVolumeRequest) (*csi.ControllerModifyVolumeResponse, error) {
	return c.driver.ControllerModifyVolume(ctx, r)
}

func (c *controller) CreateVolume(ctx context.Context, r *csi.CreateVolumeRequest) (*csi.CreateVolumeResponse, error) {
	made, err := c.driver.CreateVolume(ctx, r)
	if err != nil {
		return nil, err
	}
	from := r.GetVolumeContentSource()
	source := cmp.Or(from.GetSnapshot().GetSnapshotId(), from.GetVolume().GetVolumeId())
	return made, c.images.create(made.GetVolume().GetVolumeId(), made.GetVolume().GetCapacityBytes(), source)
}

func (c *controller) DeleteVolume(ctx context.Context, r *csi.DeleteVolumeRequest) (*csi.DeleteVolumeResponse, error) {
	gone, err := c.driver.DeleteVolume(ctx, r)
	if err != nil {
		return nil, err
	}
	return gone, c.images.remove(r.GetVolumeId())
}

func (c *controller) ControllerExpandVolume(ctx context.Context, r *csi.ControllerExpandVolumeRequest) (*csi.ControllerExpandVolumeResponse, error) {
	grown, err := c.driver.ControllerExpandVolume(ctx, r)
	if err != nil {
		return nil, err
	}
	if err := c.images.grow(r.GetVolumeId(), grown.GetCapacityBytes()); err != nil {
		return nil, err
	}
	// The file system is kubelet's to grow, by asking the node.
	return &csi.ControllerExpandVolumeResponse{CapacityBytes: grown.GetCapacityBytes(), NodeExpansionRequired: true}, nil
}

func (c *controller) CreateSnapshot(ctx context.Context, r *csi.CreateSnapshotRequest) (*csi.CreateSnapshotResponse, error) {
	made, err := c.driver.CreateSnapshot(ctx, r)
	if err != nil {
		return nil, err
	}
	return made, c.images.create(made.GetSnapshot().GetSnapshotId(), 0, r.GetSourceVolumeId())
}

func (c *controller) DeleteSnapshot(ctx context.Context, r *csi.DeleteSnapshotRequest) (*csi.DeleteSnapshotResponse, error) {
	gone, err := c.driver.DeleteSnapshot(ctx, r)
	if err != nil {
		return nil, err
	}
	return gone, c.images.remove(r.GetSnapshotId())
}
