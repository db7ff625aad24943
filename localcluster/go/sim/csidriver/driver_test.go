package main

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

func newDriver(t *testing.T, state, faults string) *driver {
	t.Helper()
	s, err := openStore(state)
	if err != nil {
		t.Fatal(err)
	}
	return &driver{name: "test", store: s, faults: &faultPlan{path: faults}}
}

func request(name string, size int64, source *csi.VolumeContentSource) *csi.CreateVolumeRequest {
	return &csi.CreateVolumeRequest{
		Name:                name,
		CapacityRange:       &csi.CapacityRange{RequiredBytes: size},
		VolumeContentSource: source,
	}
}

func wantCode(t *testing.T, err error, want codes.Code) {
	t.Helper()
	if got := status.Code(err); got != want {
		t.Errorf("code %v, want %v (%v)", got, want, err)
	}
}

func TestSameRequestSameAnswer(t *testing.T) {
	d, ctx := newDriver(t, "", ""), context.Background()
	for range 2 {
		made, err := d.CreateVolume(ctx, request("v", 10, nil))
		if err != nil || made.Volume.CapacityBytes != 10 {
			t.Fatal(made, err)
		}
	}
	_, err := d.CreateVolume(ctx, request("v", 20, nil))
	wantCode(t, err, codes.AlreadyExists)

	first, err := d.CreateSnapshot(ctx, &csi.CreateSnapshotRequest{Name: "s", SourceVolumeId: "v"})
	if err != nil {
		t.Fatal(err)
	}
	second, err := d.CreateSnapshot(ctx, &csi.CreateSnapshotRequest{Name: "s", SourceVolumeId: "v"})
	if err != nil || !second.Snapshot.CreationTime.AsTime().Equal(first.Snapshot.CreationTime.AsTime()) {
		t.Error(first, second, err)
	}
	_, err = d.CreateSnapshot(ctx, &csi.CreateSnapshotRequest{Name: "s", SourceVolumeId: "other"})
	wantCode(t, err, codes.AlreadyExists)
}

func TestSourcesMustExistAndFit(t *testing.T) {
	d, ctx := newDriver(t, "", ""), context.Background()
	from := func(id string) *csi.VolumeContentSource {
		return &csi.VolumeContentSource{Type: &csi.VolumeContentSource_Volume{
			Volume: &csi.VolumeContentSource_VolumeSource{VolumeId: id},
		}}
	}
	_, err := d.CreateVolume(ctx, request("clone", 10, from("v")))
	wantCode(t, err, codes.NotFound)
	_, err = d.CreateVolume(ctx, request("v", 10, nil))
	wantCode(t, err, codes.OK)
	_, err = d.CreateVolume(ctx, request("clone", 5, from("v")))
	wantCode(t, err, codes.OutOfRange)
	_, err = d.CreateVolume(ctx, request("clone", 10, from("v")))
	wantCode(t, err, codes.OK)
	_, err = d.CreateSnapshot(ctx, &csi.CreateSnapshotRequest{Name: "s", SourceVolumeId: "nowhere"})
	wantCode(t, err, codes.NotFound)
}

func TestRestartForgetsNothing(t *testing.T) {
	path, ctx := filepath.Join(t.TempDir(), "state.json"), context.Background()
	d := newDriver(t, path, "")
	_, err := d.CreateVolume(ctx, request("v", 10, nil))
	wantCode(t, err, codes.OK)
	_, err = d.ControllerExpandVolume(ctx, &csi.ControllerExpandVolumeRequest{
		VolumeId: "v", CapacityRange: &csi.CapacityRange{RequiredBytes: 30},
	})
	wantCode(t, err, codes.OK)

	again := newDriver(t, path, "")
	if got := again.store.Volumes["v"].Bytes; got != 30 {
		t.Errorf("the volume has %d bytes after a restart, want 30", got)
	}
	_, err = again.DeleteVolume(ctx, &csi.DeleteVolumeRequest{VolumeId: "v"})
	wantCode(t, err, codes.OK)
	_, err = again.DeleteVolume(ctx, &csi.DeleteVolumeRequest{VolumeId: "v"})
	wantCode(t, err, codes.OK)
	if left := len(newDriver(t, path, "").store.Volumes); left != 0 {
		t.Errorf("%d volumes are left", left)
	}
}

func TestFaultsCountDown(t *testing.T) {
	path, ctx := filepath.Join(t.TempDir(), "faults.json"), context.Background()
	d := newDriver(t, "", path)
	plan := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	create := func(want codes.Code) {
		t.Helper()
		_, err := d.CreateVolume(ctx, request("v", 10, nil))
		wantCode(t, err, want)
	}
	create(codes.OK)
	plan(`{"create": {"fail": 2}}`)
	create(codes.Internal)
	create(codes.Internal)
	create(codes.OK)
	plan(`{"create": {"fail": -1, "delay": "50ms"}}`)
	began := time.Now()
	create(codes.Internal)
	if took := time.Since(began); took < 50*time.Millisecond {
		t.Errorf("the call took %v, want 50ms at least", took)
	}
	plan(`{"create": {"fail": 1, "code": "OUT_OF_RANGE"}}`)
	create(codes.OutOfRange)
	create(codes.OK)
	plan(`{"create": {"nonsense": 1}}`)
	create(codes.Internal)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	create(codes.OK)
}
