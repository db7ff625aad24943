package main

import (
	"errors"
	"os"
	"os/exec"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

type mount struct{ source, target string }

// mounts are those of this node, the topmost at a place last.
func mounts() ([]mount, error) {
	table, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return nil, internal(err)
	}
	var found []mount
	for line := range strings.Lines(string(table)) {
		if before, after, ok := strings.Cut(line, " - "); ok {
			found = append(found, mount{strings.Fields(after)[1], strings.Fields(before)[4]})
		}
	}
	return found, nil
}

// mounted says what is mounted at a path; empty if nothing is.
func mounted(target string) (string, error) {
	found, err := mounts()
	source := ""
	for _, m := range found {
		if m.target == target {
			source = m.source
		}
	}
	return source, err
}

func unmount(target string) error {
	for {
		source, err := mounted(target)
		if err != nil || source == "" {
			return err
		}
		if err := do("umount", target); err != nil {
			return err
		}
	}
}

func removeFolder(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return internal(err)
	}
	return nil
}

func do(program string, arguments ...string) error {
	said, err := exec.Command(program, arguments...).CombinedOutput()
	if err != nil {
		return failed(program, err, said)
	}
	return nil
}

func failed(program string, err error, said []byte) error {
	return status.Errorf(codes.Internal, "%s: %v: %s", program, err, strings.TrimSpace(string(said)))
}
