package main

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// groups answers what is asked of several volumes at once: their snapshots of one moment.
type groups struct {
	csi.UnimplementedGroupControllerServer
	store  *store
	faults *faultPlan
}

func (g *groups) GroupControllerGetCapabilities(context.Context, *csi.GroupControllerGetCapabilitiesRequest) (*csi.GroupControllerGetCapabilitiesResponse, error) {
	rpc := &csi.GroupControllerServiceCapability_RPC{
		Type: csi.GroupControllerServiceCapability_RPC_CREATE_DELETE_GET_VOLUME_GROUP_SNAPSHOT,
	}
	return &csi.GroupControllerGetCapabilitiesResponse{Capabilities: []*csi.GroupControllerServiceCapability{
		{Type: &csi.GroupControllerServiceCapability_Rpc{Rpc: rpc}},
	}}, nil
}

func (g *groups) CreateVolumeGroupSnapshot(ctx context.Context, r *csi.CreateVolumeGroupSnapshotRequest) (*csi.CreateVolumeGroupSnapshotResponse, error) {
	if r.GetName() == "" || len(r.GetSourceVolumeIds()) == 0 {
		return nil, status.Error(codes.InvalidArgument, "a group snapshot needs a name and volumes")
	}
	if err := g.faults.strike(ctx, "groupSnapshot"); err != nil {
		return nil, err
	}
	made, err := g.store.createGroup(r.GetName(), r.GetSourceVolumeIds())
	if err != nil {
		return nil, err
	}
	return &csi.CreateVolumeGroupSnapshotResponse{GroupSnapshot: answer(r.GetName(), made)}, nil
}

func (g *groups) GetVolumeGroupSnapshot(_ context.Context, r *csi.GetVolumeGroupSnapshotRequest) (*csi.GetVolumeGroupSnapshotResponse, error) {
	made := g.store.group(r.GetGroupSnapshotId())
	if len(made) == 0 {
		return nil, status.Errorf(codes.NotFound, "there is no group snapshot %s", r.GetGroupSnapshotId())
	}
	return &csi.GetVolumeGroupSnapshotResponse{GroupSnapshot: answer(r.GetGroupSnapshotId(), made)}, nil
}

func (g *groups) DeleteVolumeGroupSnapshot(ctx context.Context, r *csi.DeleteVolumeGroupSnapshotRequest) (*csi.DeleteVolumeGroupSnapshotResponse, error) {
	if err := g.faults.strike(ctx, "deleteGroupSnapshot"); err != nil {
		return nil, err
	}
	return &csi.DeleteVolumeGroupSnapshotResponse{}, g.store.deleteGroup(r.GetGroupSnapshotId())
}

func answer(id string, made []snapshot) *csi.VolumeGroupSnapshot {
	group := &csi.VolumeGroupSnapshot{
		GroupSnapshotId: id,
		CreationTime:    timestamppb.New(made[0].Created),
		ReadyToUse:      true,
	}
	for _, s := range made {
		group.Snapshots = append(group.Snapshots, &csi.Snapshot{
			SnapshotId:      s.Name,
			SourceVolumeId:  s.Volume,
			SizeBytes:       s.Bytes,
			CreationTime:    timestamppb.New(s.Created),
			ReadyToUse:      true,
			GroupSnapshotId: id,
		})
	}
	return group
}

// createGroup takes the snapshots of all volumes or of none, under one time.
func (s *store) createGroup(name string, of []string) ([]snapshot, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if there := s.members(name); len(there) > 0 {
		for _, member := range there {
			if len(there) != len(of) || !slices.Contains(of, member.Volume) {
				return nil, status.Errorf(codes.AlreadyExists, "group snapshot %s exists, of other volumes", name)
			}
		}
		return there, nil
	}
	for _, id := range of {
		if _, ok := s.Volumes[id]; !ok {
			return nil, status.Errorf(codes.NotFound, "there is no volume %s", id)
		}
	}
	now := time.Now().UTC()
	for _, id := range of {
		made := snapshot{Name: name + "-" + id, Volume: id, Bytes: s.Volumes[id].Bytes, Created: now, Group: name}
		s.Snapshots[made.Name] = made
	}
	return s.members(name), s.save()
}

func (s *store) group(name string) []snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.members(name)
}

func (s *store) deleteGroup(name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	there := s.members(name)
	if len(there) == 0 {
		return nil
	}
	for _, member := range there {
		delete(s.Snapshots, member.Name)
	}
	return s.save()
}

func (s *store) members(name string) []snapshot {
	var found []snapshot
	for _, one := range s.Snapshots {
		if one.Group == name {
			found = append(found, one)
		}
	}
	slices.SortFunc(found, func(a, b snapshot) int { return cmp.Compare(a.Name, b.Name) })
	return found
}
