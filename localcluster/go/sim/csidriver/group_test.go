package main

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc/codes"
)

func TestGroupIsOfOneMomentAndWholeOrNotAtAll(t *testing.T) {
	path, ctx := filepath.Join(t.TempDir(), "state.json"), context.Background()
	d := newDriver(t, path, "")
	for _, name := range []string{"data", "log"} {
		_, err := d.CreateVolume(ctx, request(name, 10, nil))
		wantCode(t, err, codes.OK)
	}
	g := &groups{store: d.store, faults: d.faults}
	create := func(of ...string) (*csi.CreateVolumeGroupSnapshotResponse, error) {
		return g.CreateVolumeGroupSnapshot(ctx, &csi.CreateVolumeGroupSnapshotRequest{Name: "g", SourceVolumeIds: of})
	}
	_, err := create("data", "nowhere")
	wantCode(t, err, codes.NotFound)
	if len(d.store.Snapshots) != 0 {
		t.Error("a group that failed left", d.store.Snapshots)
	}
	first, err := create("data", "log")
	wantCode(t, err, codes.OK)
	again, err := create("log", "data")
	wantCode(t, err, codes.OK)
	_, err = create("data")
	wantCode(t, err, codes.AlreadyExists)
	for _, made := range []*csi.CreateVolumeGroupSnapshotResponse{first, again} {
		if len(made.GroupSnapshot.Snapshots) != 2 {
			t.Fatal(made)
		}
		for _, one := range made.GroupSnapshot.Snapshots {
			if !one.CreationTime.AsTime().Equal(first.GroupSnapshot.CreationTime.AsTime()) {
				t.Error("not of one moment:", made)
			}
		}
	}

	g = &groups{store: newDriver(t, path, "").store, faults: d.faults}
	member := first.GroupSnapshot.Snapshots[0].SnapshotId
	_, err = d.DeleteSnapshot(ctx, &csi.DeleteSnapshotRequest{SnapshotId: member})
	wantCode(t, err, codes.InvalidArgument)
	for range 2 {
		_, err = g.DeleteVolumeGroupSnapshot(ctx, &csi.DeleteVolumeGroupSnapshotRequest{GroupSnapshotId: "g"})
		wantCode(t, err, codes.OK)
	}
	_, err = g.GetVolumeGroupSnapshot(ctx, &csi.GetVolumeGroupSnapshotRequest{GroupSnapshotId: "g"})
	wantCode(t, err, codes.NotFound)
}
