package main

import (
	"bufio"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// namespace makes sockets in the network namespace of another process. A socket stays where it was made,
// whoever uses it. The file is kept whole: without it the collector would close the descriptor.
type namespace struct{ file *os.File }

func openNamespace(pid int) (*namespace, error) {
	file, err := os.Open(fmt.Sprintf("/proc/%d/ns/net", pid))
	return &namespace{file}, err
}

func (n *namespace) do(work func() error) error {
	done := make(chan error)
	go func() {
		// Never unlocked: the thread ends with the goroutine, as it must not serve any other.
		runtime.LockOSThread()
		err := unix.Setns(int(n.file.Fd()), unix.CLONE_NEWNET)
		if err == nil {
			err = work()
		}
		done <- err
	}()
	return <-done
}

func (n *namespace) listen(address string) (made net.Listener, err error) {
	failed := n.do(func() (err error) { made, err = net.Listen("tcp4", address); return err })
	return made, failed
}

func (n *namespace) listenPacket(address string) (made net.PacketConn, err error) {
	failed := n.do(func() (err error) { made, err = net.ListenPacket("udp4", address); return err })
	return made, failed
}

func (n *namespace) dial(address string) (made net.Conn, err error) {
	failed := n.do(func() (err error) { made, err = net.DialTimeout("tcp4", address, 10*time.Second); return err })
	return made, failed
}

func patiently[T any](try func() (T, error)) T {
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		made, err := try()
		if err == nil {
			return made
		}
		if time.Now().After(deadline) {
			log.Fatal(err)
		}
	}
}

func accept(l net.Listener, serve func(net.Conn)) {
	for {
		c, err := l.Accept()
		if err != nil {
			log.Fatal(err)
		}
		go serve(c)
	}
}

// connect serves one HTTP CONNECT.
func connect(c net.Conn, inside *namespace) {
	reader := bufio.NewReader(c)
	request, err := http.ReadRequest(reader)
	if err != nil || request.Method != http.MethodConnect {
		_ = c.Close()
		return
	}
	up, err := inside.dial(request.Host)
	if err != nil {
		_, _ = fmt.Fprintf(c, "HTTP/1.1 502 Bad Gateway\r\n\r\n%v", err)
		_ = c.Close()
		return
	}
	_, _ = fmt.Fprint(c, "HTTP/1.1 200 OK\r\n\r\n")
	if waiting := reader.Buffered(); waiting > 0 {
		early, _ := reader.Peek(waiting)
		_, _ = up.Write(early)
	}
	join(c, up)
}

func join(a, b net.Conn) {
	var both sync.WaitGroup
	for _, pair := range [][2]net.Conn{{a, b}, {b, a}} {
		both.Go(func() {
			_, _ = io.Copy(pair[0], pair[1])
			if half, ok := pair[0].(interface{ CloseWrite() error }); ok {
				_ = half.CloseWrite()
			}
		})
	}
	both.Wait()
	_ = a.Close()
	_ = b.Close()
}
