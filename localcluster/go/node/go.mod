module statefast/localcluster/node

go 1.26.0

require (
	github.com/container-storage-interface/spec v1.12.0
	golang.org/x/net v0.56.0
	golang.org/x/sys v0.46.0
	google.golang.org/grpc v1.81.1
	k8s.io/kubelet v0.36.4
)

require (
	golang.org/x/text v0.39.0 // indirect
	google.golang.org/genproto/googleapis/rpc v0.0.0-20260226221140-a57be14db171 // indirect
	google.golang.org/protobuf v1.36.12-0.20260120151049-f2248ac996af // indirect
)
