package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"sync"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

type volume struct {
	Name       string            `json:"name"`
	Bytes      int64             `json:"bytes"`
	Parameters map[string]string `json:"parameters,omitempty"`
	// What it was made from, if from anything: the one or the other.
	Snapshot string `json:"snapshot,omitempty"`
	Clone    string `json:"clone,omitempty"`
}

type snapshot struct {
	Name    string    `json:"name"`
	Volume  string    `json:"volume"`
	Bytes   int64     `json:"bytes"`
	Created time.Time `json:"created"`
	// The group snapshot that it is of, if of any: it goes with that alone.
	Group string `json:"group,omitempty"`
}

// store is the memory of the driver. Names serve as ids: the provisioner makes them unique.
type store struct {
	path      string
	mu        sync.Mutex
	Volumes   map[string]volume   `json:"volumes"`
	Snapshots map[string]snapshot `json:"snapshots"`
}

func openStore(path string) (*store, error) {
	s := &store{path: path, Volumes: map[string]volume{}, Snapshots: map[string]snapshot{}}
	if path == "" {
		return s, nil
	}
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(content, s); err != nil {
		return nil, fmt.Errorf("%s does not hold the state of a driver: %w", path, err)
	}
	return s, nil
}

// save writes the whole state in one step: whoever kills the driver finds the old or the new one.
func (s *store) save() error {
	if s.path == "" {
		return nil
	}
	content, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return status.Error(codes.Internal, err.Error())
	}
	draft := s.path + ".draft"
	if err := os.WriteFile(draft, content, 0o600); err != nil {
		return status.Error(codes.Internal, err.Error())
	}
	if err := os.Rename(draft, s.path); err != nil {
		return status.Error(codes.Internal, err.Error())
	}
	return nil
}

func (s *store) createVolume(wanted volume, limit int64) (volume, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if there, ok := s.Volumes[wanted.Name]; ok {
		fits := there.Bytes >= wanted.Bytes && (limit == 0 || there.Bytes <= limit)
		same := there.Snapshot == wanted.Snapshot && there.Clone == wanted.Clone &&
			maps.Equal(there.Parameters, wanted.Parameters)
		if fits && same {
			return there, nil
		}
		return volume{}, status.Errorf(codes.AlreadyExists, "volume %s exists and is another one", wanted.Name)
	}
	least, err := s.sourceBytes(wanted)
	if err != nil {
		return volume{}, err
	}
	if wanted.Bytes < least {
		return volume{}, status.Errorf(codes.OutOfRange, "%d bytes do not hold a source of %d", wanted.Bytes, least)
	}
	s.Volumes[wanted.Name] = wanted
	return wanted, s.save()
}

func (s *store) sourceBytes(wanted volume) (int64, error) {
	if wanted.Snapshot != "" {
		from, ok := s.Snapshots[wanted.Snapshot]
		if !ok {
			return 0, status.Errorf(codes.NotFound, "there is no snapshot %s", wanted.Snapshot)
		}
		return from.Bytes, nil
	}
	if wanted.Clone != "" {
		from, ok := s.Volumes[wanted.Clone]
		if !ok {
			return 0, status.Errorf(codes.NotFound, "there is no volume %s", wanted.Clone)
		}
		return from.Bytes, nil
	}
	return 0, nil
}

func (s *store) deleteVolume(name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.Volumes[name]; !ok {
		return nil
	}
	delete(s.Volumes, name)
	return s.save()
}

func (s *store) requireVolume(name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.Volumes[name]; !ok {
		return status.Errorf(codes.NotFound, "there is no volume %s", name)
	}
	return nil
}

// expandVolume answers with the size the volume has afterwards; it never shrinks one.
func (s *store) expandVolume(name string, size int64) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	there, ok := s.Volumes[name]
	if !ok {
		return 0, status.Errorf(codes.NotFound, "there is no volume %s", name)
	}
	if size <= there.Bytes {
		return there.Bytes, nil
	}
	there.Bytes = size
	s.Volumes[name] = there
	return size, s.save()
}

func (s *store) createSnapshot(name, of string) (snapshot, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if there, ok := s.Snapshots[name]; ok {
		if there.Volume == of {
			return there, nil
		}
		return snapshot{}, status.Errorf(codes.AlreadyExists, "snapshot %s exists, of volume %s", name, there.Volume)
	}
	source, ok := s.Volumes[of]
	if !ok {
		return snapshot{}, status.Errorf(codes.NotFound, "there is no volume %s", of)
	}
	made := snapshot{Name: name, Volume: of, Bytes: source.Bytes, Created: time.Now().UTC()}
	s.Snapshots[name] = made
	return made, s.save()
}

func (s *store) deleteSnapshot(name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	there, ok := s.Snapshots[name]
	if !ok {
		return nil
	}
	if there.Group != "" {
		return status.Errorf(codes.InvalidArgument, "snapshot %s is of group snapshot %s, and goes with it", name, there.Group)
	}
	delete(s.Snapshots, name)
	return s.save()
}
