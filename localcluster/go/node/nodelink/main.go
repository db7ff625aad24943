// Command nodelink starts a node in namespaces of its own (mounts, processes, network) and joins it with
// the control plane outside. No packet passes between them: it opens sockets on both sides and copies
// bytes. Its end, by whatever signal, is the end of all processes, mounts and interfaces of the node.
//
//	in the node   127.0.0.1:<port>   the API server, where kubelet expects it
//	in the node   <address>:53       the cluster's DNS, answered from EndpointSlices
//	outside       a unix socket      an HTTP CONNECT proxy into the node, for the API server's
//	                                 egress selector: logs, exec, port-forward
package main

import (
	"flag"
	"log"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

func main() {
	kubeconfig := flag.String("kubeconfig", "", "of the API server, in JSON")
	proxy := flag.String("proxy", "", "unix socket of the way in")
	address := flag.String("address", "10.244.1.1", "of the node, which DNS is answered on")
	flag.Parse()
	// The kernel kills the node when the thread that started it ends: this one never does.
	runtime.LockOSThread()
	server, err := readKubeconfig(*kubeconfig)
	if err != nil {
		log.Fatal(err)
	}
	node := exec.Command(flag.Arg(0), flag.Args()[1:]...)
	node.Stdout, node.Stderr = os.Stdout, os.Stderr
	node.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: unix.CLONE_NEWNS | unix.CLONE_NEWPID | unix.CLONE_NEWNET | unix.CLONE_NEWIPC | unix.CLONE_NEWUTS,
		Pdeathsig:  syscall.SIGKILL,
	}
	if err := node.Start(); err != nil {
		log.Fatalf("the namespaces of a node cannot be made: %v", err)
	}
	inside, err := openNamespace(node.Process.Pid)
	if err != nil {
		log.Fatal(err)
	}
	go serve(inside, server, net.JoinHostPort(*address, "53"), *proxy)

	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, os.Interrupt)
	go func() {
		<-stop
		_ = node.Process.Kill()
	}()
	log.Fatalf("the node ended: %v", node.Wait())
}

func serve(inside *namespace, server *apiServer, dns, proxy string) {
	clients := patiently(func() (net.Listener, error) { return inside.listen(server.address) })
	// The address is there once the node has set up its network.
	questions := patiently(func() (net.PacketConn, error) { return inside.listenPacket(dns) })
	// The socket of one that was killed is in the way of the next.
	_ = os.Remove(proxy)
	way, err := net.Listen("unix", proxy)
	if err != nil {
		log.Fatal(err)
	}
	go (&names{server: server}).serve(questions)
	go accept(way, func(c net.Conn) { connect(c, inside) })
	accept(clients, func(c net.Conn) {
		up, err := net.Dial("tcp", server.address)
		if err != nil {
			_ = c.Close()
			return
		}
		join(c, up)
	})
}
