// Command csinode gives the volumes of a CSI driver bytes, and a node to mount them on. It passes the calls
// of the sidecars on to the driver, which does the bookkeeping, and then does to the bytes what the driver
// did to its books; the calls of kubelet it answers itself.
package main

import (
	"errors"
	"flag"
	"io/fs"
	"log"
	"net"
	"os"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

func main() {
	endpoint := flag.String("endpoint", "", "path of the unix socket to listen on")
	driver := flag.String("driver", "", "unix socket of the driver, as gRPC writes it")
	name := flag.String("name", "", "name the driver goes by")
	node := flag.String("node", "", "name of the node that volumes are mounted on")
	folder := flag.String("volumes", "", "folder of the volumes' bytes")
	faults := flag.String("faults", "", "JSON file that says which calls fail; it may be missing")
	plugins := flag.String("plugins", "", "kubelet's folder of registration sockets")
	flag.Parse()
	log.Fatal(serve(*endpoint, *driver, *name, *node, *folder, *faults, *plugins))
}

func serve(endpoint, driver, name, id, folder, faults, plugins string) error {
	books, err := grpc.NewClient(driver, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	bytes := &images{folder: folder}
	server := grpc.NewServer()
	csi.RegisterIdentityServer(server, &identity{driver: csi.NewIdentityClient(books)})
	csi.RegisterControllerServer(server, &controller{driver: csi.NewControllerClient(books), images: bytes})
	csi.RegisterNodeServer(server, &node{id: id, images: bytes, faults: faults})
	listener, err := listen(endpoint)
	if err != nil {
		return err
	}
	if err := register(plugins, name, endpoint); err != nil {
		return err
	}
	return server.Serve(listener)
}

// listen takes the place of a driver that was killed.
func listen(path string) (net.Listener, error) {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return net.Listen("unix", path)
}
