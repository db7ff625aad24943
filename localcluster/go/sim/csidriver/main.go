// Command csidriver is a CSI driver without storage: it does the bookkeeping of a real one
// (volumes, snapshots, clones, expansion) and forgets nothing when it is restarted.
package main

import (
	"errors"
	"flag"
	"io/fs"
	"log"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc"
)

func main() {
	endpoint := flag.String("endpoint", "", "path of the unix socket to listen on")
	name := flag.String("name", "rbd.csi.ceph.com", "name the driver goes by")
	state := flag.String("state", "", "JSON file that keeps volumes and snapshots; empty: memory alone")
	faults := flag.String("faults", "", "JSON file that says which calls fail; it may be missing")
	flag.Parse()
	if err := serve(*endpoint, *name, *state, *faults); err != nil {
		log.Fatal(err)
	}
}

func serve(endpoint, name, state, faults string) error {
	store, err := openStore(state)
	if err != nil {
		return err
	}
	path := strings.TrimPrefix(endpoint, "unix://")
	// The socket of a driver that was killed is in the way of the next one.
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	listener, err := net.Listen("unix", path)
	if err != nil {
		return err
	}
	server := grpc.NewServer()
	d := &driver{name: name, store: store, faults: &faultPlan{path: faults}}
	csi.RegisterIdentityServer(server, d)
	csi.RegisterControllerServer(server, d)
	csi.RegisterGroupControllerServer(server, &groups{store: d.store, faults: d.faults})

	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, os.Interrupt)
	go func() {
		<-stop
		// Not gracefully: the sidecars hold their streams open for as long as they live.
		server.Stop()
	}()
	return server.Serve(listener)
}
