package main

import (
	"context"
	"log"
	"os"
	"path/filepath"

	"google.golang.org/grpc"
	registration "k8s.io/kubelet/pkg/apis/pluginregistration/v1"
)

// registrar makes kubelet know the driver: it watches a folder for sockets and asks who is there.
type registrar struct {
	registration.UnimplementedRegistrationServer
	name, endpoint string
}

func (r registrar) GetInfo(context.Context, *registration.InfoRequest) (*registration.PluginInfo, error) {
	return &registration.PluginInfo{
		Type: registration.CSIPlugin, Name: r.name, Endpoint: r.endpoint, SupportedVersions: []string{"1.0.0"},
	}, nil
}

func (r registrar) NotifyRegistrationStatus(_ context.Context, s *registration.RegistrationStatus) (*registration.RegistrationStatusResponse, error) {
	if !s.GetPluginRegistered() {
		log.Printf("kubelet does not take the driver: %s", s.GetError())
	}
	return &registration.RegistrationStatusResponse{}, nil
}

func register(folder, name, endpoint string) error {
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return err
	}
	listener, err := listen(filepath.Join(folder, name+"-reg.sock"))
	if err != nil {
		return err
	}
	server := grpc.NewServer()
	registration.RegisterRegistrationServer(server, registrar{name: name, endpoint: endpoint})
	go func() { log.Fatal(server.Serve(listener)) }()
	return nil
}
