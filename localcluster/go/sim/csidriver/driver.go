package main

import (
	"context"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// A StorageClass with the parameter fail: provision has a pool without room.
const (
	failParameter = "fail"
	failProvision = "provision"
)

type driver struct {
	csi.UnimplementedIdentityServer
	csi.UnimplementedControllerServer
	name   string
	store  *store
	faults *faultPlan
}

func (d *driver) GetPluginInfo(context.Context, *csi.GetPluginInfoRequest) (*csi.GetPluginInfoResponse, error) {
	return &csi.GetPluginInfoResponse{Name: d.name, VendorVersion: "1"}, nil
}

func (d *driver) GetPluginCapabilities(context.Context, *csi.GetPluginCapabilitiesRequest) (*csi.GetPluginCapabilitiesResponse, error) {
	return &csi.GetPluginCapabilitiesResponse{Capabilities: []*csi.PluginCapability{
		{Type: &csi.PluginCapability_Service_{Service: &csi.PluginCapability_Service{
			Type: csi.PluginCapability_Service_CONTROLLER_SERVICE,
		}}},
		{Type: &csi.PluginCapability_Service_{Service: &csi.PluginCapability_Service{
			Type: csi.PluginCapability_Service_GROUP_CONTROLLER_SERVICE,
		}}},
		{Type: &csi.PluginCapability_VolumeExpansion_{VolumeExpansion: &csi.PluginCapability_VolumeExpansion{
			Type: csi.PluginCapability_VolumeExpansion_ONLINE,
		}}},
	}}, nil
}

func (d *driver) Probe(context.Context, *csi.ProbeRequest) (*csi.ProbeResponse, error) {
	return &csi.ProbeResponse{Ready: wrapperspb.Bool(true)}, nil
}

func (d *driver) ControllerGetCapabilities(context.Context, *csi.ControllerGetCapabilitiesRequest) (*csi.ControllerGetCapabilitiesResponse, error) {
	answer := &csi.ControllerGetCapabilitiesResponse{}
	for _, kind := range []csi.ControllerServiceCapability_RPC_Type{
		csi.ControllerServiceCapability_RPC_CREATE_DELETE_VOLUME,
		csi.ControllerServiceCapability_RPC_EXPAND_VOLUME,
		csi.ControllerServiceCapability_RPC_CREATE_DELETE_SNAPSHOT,
		csi.ControllerServiceCapability_RPC_CLONE_VOLUME,
		csi.ControllerServiceCapability_RPC_MODIFY_VOLUME,
	} {
		rpc := &csi.ControllerServiceCapability_RPC{Type: kind}
		answer.Capabilities = append(answer.Capabilities, &csi.ControllerServiceCapability{
			Type: &csi.ControllerServiceCapability_Rpc{Rpc: rpc},
		})
	}
	return answer, nil
}

func (d *driver) CreateVolume(ctx context.Context, r *csi.CreateVolumeRequest) (*csi.CreateVolumeResponse, error) {
	if r.GetName() == "" {
		return nil, status.Error(codes.InvalidArgument, "a volume needs a name")
	}
	if r.GetParameters()[failParameter] == failProvision {
		return nil, status.Error(codes.ResourceExhausted, "pool is full")
	}
	if err := d.faults.strike(ctx, "create"); err != nil {
		return nil, err
	}
	made, err := d.store.createVolume(volume{
		Name:       r.GetName(),
		Bytes:      r.GetCapacityRange().GetRequiredBytes(),
		Parameters: r.GetParameters(),
		Snapshot:   r.GetVolumeContentSource().GetSnapshot().GetSnapshotId(),
		Clone:      r.GetVolumeContentSource().GetVolume().GetVolumeId(),
	}, r.GetCapacityRange().GetLimitBytes())
	if err != nil {
		return nil, err
	}
	return &csi.CreateVolumeResponse{Volume: &csi.Volume{
		VolumeId:      made.Name,
		CapacityBytes: made.Bytes,
		ContentSource: r.GetVolumeContentSource(),
	}}, nil
}

func (d *driver) DeleteVolume(ctx context.Context, r *csi.DeleteVolumeRequest) (*csi.DeleteVolumeResponse, error) {
	if err := d.faults.strike(ctx, "delete"); err != nil {
		return nil, err
	}
	return &csi.DeleteVolumeResponse{}, d.store.deleteVolume(r.GetVolumeId())
}

func (d *driver) ValidateVolumeCapabilities(_ context.Context, r *csi.ValidateVolumeCapabilitiesRequest) (*csi.ValidateVolumeCapabilitiesResponse, error) {
	if err := d.store.requireVolume(r.GetVolumeId()); err != nil {
		return nil, err
	}
	return &csi.ValidateVolumeCapabilitiesResponse{
		Confirmed: &csi.ValidateVolumeCapabilitiesResponse_Confirmed{
			VolumeContext:      r.GetVolumeContext(),
			VolumeCapabilities: r.GetVolumeCapabilities(),
			Parameters:         r.GetParameters(),
		},
	}, nil
}

func (d *driver) ControllerExpandVolume(ctx context.Context, r *csi.ControllerExpandVolumeRequest) (*csi.ControllerExpandVolumeResponse, error) {
	if err := d.faults.strike(ctx, "expand"); err != nil {
		return nil, err
	}
	size, err := d.store.expandVolume(r.GetVolumeId(), r.GetCapacityRange().GetRequiredBytes())
	if err != nil {
		return nil, err
	}
	// No kubelet runs here that could grow a file system, so the driver claims there is no need.
	return &csi.ControllerExpandVolumeResponse{CapacityBytes: size, NodeExpansionRequired: false}, nil
}

func (d *driver) ControllerModifyVolume(ctx context.Context, r *csi.ControllerModifyVolumeRequest) (*csi.ControllerModifyVolumeResponse, error) {
	if err := d.faults.strike(ctx, "modify"); err != nil {
		return nil, err
	}
	return &csi.ControllerModifyVolumeResponse{}, d.store.requireVolume(r.GetVolumeId())
}

func (d *driver) CreateSnapshot(ctx context.Context, r *csi.CreateSnapshotRequest) (*csi.CreateSnapshotResponse, error) {
	if r.GetName() == "" {
		return nil, status.Error(codes.InvalidArgument, "a snapshot needs a name")
	}
	if err := d.faults.strike(ctx, "snapshot"); err != nil {
		return nil, err
	}
	made, err := d.store.createSnapshot(r.GetName(), r.GetSourceVolumeId())
	if err != nil {
		return nil, err
	}
	return &csi.CreateSnapshotResponse{Snapshot: &csi.Snapshot{
		SnapshotId:     made.Name,
		SourceVolumeId: made.Volume,
		SizeBytes:      made.Bytes,
		CreationTime:   timestamppb.New(made.Created),
		ReadyToUse:     true,
	}}, nil
}

func (d *driver) DeleteSnapshot(ctx context.Context, r *csi.DeleteSnapshotRequest) (*csi.DeleteSnapshotResponse, error) {
	if err := d.faults.strike(ctx, "deleteSnapshot"); err != nil {
		return nil, err
	}
	return &csi.DeleteSnapshotResponse{}, d.store.deleteSnapshot(r.GetSnapshotId())
}
