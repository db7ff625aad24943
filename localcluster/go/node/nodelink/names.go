package main

import (
	"log"
	"net"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

const (
	suffix = ".svc.cluster.local."
	// How old an answer may be.
	fresh = 300 * time.Millisecond
)

// names answers for Services, headless or not, with the addresses of their endpoints: that way nothing has
// to be translated on the way, and no kube-proxy is needed. It holds as long as a Service's port is its
// target port.
type names struct {
	server *apiServer
	mu     sync.Mutex
	asked  time.Time
	known  map[string][][4]byte
}

func (s *names) lookup(name string) ([][4]byte, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Since(s.asked) > fresh {
		if slices, err := s.server.endpointSlices(); err == nil {
			s.known, s.asked = addresses(slices), time.Now()
		} else {
			log.Print(err)
		}
	}
	found, ok := s.known[name]
	return found, ok
}

// addresses gives those of the ready endpoints, by name of the Service and of the pod.
func addresses(slices []endpointSlice) map[string][][4]byte {
	known := map[string][][4]byte{}
	for _, slice := range slices {
		service := slice.Metadata.Labels["kubernetes.io/service-name"] + "." + slice.Metadata.Namespace + suffix
		for _, endpoint := range slice.Endpoints {
			if ready := endpoint.Conditions.Ready; ready != nil && !*ready {
				continue
			}
			for _, text := range endpoint.Addresses {
				ip := net.ParseIP(text).To4()
				if ip == nil {
					continue
				}
				known[service] = append(known[service], [4]byte(ip))
				if endpoint.Hostname != "" {
					own := endpoint.Hostname + "." + service
					known[own] = append(known[own], [4]byte(ip))
				}
			}
		}
	}
	return known
}

func (s *names) serve(p net.PacketConn) {
	buffer := make([]byte, 4096)
	for {
		size, from, err := p.ReadFrom(buffer)
		if err != nil {
			log.Fatal(err)
		}
		var question dnsmessage.Message
		if question.Unpack(buffer[:size]) != nil || len(question.Questions) != 1 {
			continue
		}
		go func() {
			if answer, err := s.answer(question); err == nil {
				_, _ = p.WriteTo(answer, from)
			}
		}()
	}
}

func (s *names) answer(m dnsmessage.Message) ([]byte, error) {
	q := m.Questions[0]
	m.Header = dnsmessage.Header{ID: m.ID, Response: true, Authoritative: true, RecursionDesired: m.RecursionDesired, RecursionAvailable: true}
	m.Additionals, m.Authorities, m.Answers = nil, nil, nil
	found, ok := s.lookup(strings.ToLower(q.Name.String()))
	if !ok {
		m.RCode = dnsmessage.RCodeNameError
	}
	if q.Type == dnsmessage.TypeA {
		for _, address := range found {
			m.Answers = append(m.Answers, dnsmessage.Resource{
				Header: dnsmessage.ResourceHeader{Name: q.Name, Class: dnsmessage.ClassINET, TTL: 1},
				Body:   &dnsmessage.AResource{A: address},
			})
		}
	}
	return m.Pack()
}
