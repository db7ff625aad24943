package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// images are the bytes of volumes and snapshots: one sparse file each. A copy shares blocks with its source
// where the file system below can do that.
type images struct{ folder string }

func (i *images) path(id string) string { return filepath.Join(i.folder, id+".img") }

// create makes a file of at least the given bytes, with what the source holds; one that is there is left.
func (i *images) create(id string, bytes int64, source string) error {
	file := i.path(id)
	if _, err := os.Stat(file); err == nil {
		return nil
	}
	if err := os.MkdirAll(i.folder, 0o700); err != nil {
		return internal(err)
	}
	// Under its name once it is whole.
	draft := file + ".draft"
	if source != "" {
		if err := i.copy(i.path(source), draft); err != nil {
			return err
		}
	} else if err := os.WriteFile(draft, nil, 0o600); err != nil {
		return internal(err)
	}
	if err := enlarge(draft, bytes); err != nil {
		return err
	}
	return internal(os.Rename(draft, file))
}

// copy stops writes for as long as it takes, if the source is mounted here.
func (i *images) copy(from, to string) error {
	if target := mountedFrom(from); target != "" {
		if err := do("fsfreeze", "--freeze", target); err != nil {
			return err
		}
		defer func() { _ = do("fsfreeze", "--unfreeze", target) }()
	}
	return do("cp", "--sparse=always", "--reflink=auto", from, to)
}

func mountedFrom(file string) string {
	out, err := exec.Command("losetup", "--noheadings", "--output", "NAME", "-j", file).Output()
	device := strings.TrimSpace(string(out))
	if err != nil || device == "" {
		return ""
	}
	found, _ := mounts()
	for _, m := range found {
		if m.source == device {
			return m.target
		}
	}
	return ""
}

func (i *images) grow(id string, bytes int64) error { return enlarge(i.path(id), bytes) }

func enlarge(file string, bytes int64) error {
	found, err := os.Stat(file)
	if err == nil && found.Size() < bytes {
		err = os.Truncate(file, bytes)
	}
	return internal(err)
}

func (i *images) remove(id string) error {
	if err := os.Remove(i.path(id)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return internal(err)
	}
	return nil
}

func internal(err error) error {
	if err == nil {
		return nil
	}
	return status.Error(codes.Internal, err.Error())
}
