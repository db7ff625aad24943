package main

import (
	"cmp"
	"errors"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const (
	ext4 = "ext4"
	xfs  = "xfs"
)

// stage mounts the file system of a volume, which is made first where there is none, and fills its file.
// The loop device detaches itself with the last of its mounts.
func stage(file, target, wanted string, flags []string) error {
	kind, err := fileSystem(file)
	if err != nil {
		return err
	}
	fresh := kind == ""
	if fresh {
		kind = growable(wanted)
		err = format(kind, file)
	} else {
		err = growUnmounted(kind, file)
	}
	if err != nil {
		return err
	}
	if err := os.MkdirAll(target, 0o750); err != nil {
		return internal(err)
	}
	options := append([]string{"loop"}, flags...)
	if kind == xfs {
		// A restored snapshot has the identity of its source, which may be mounted here as well.
		options = append(options, "nouuid")
	}
	if err := do("mount", "-t", kind, "-o", strings.Join(options, ","), file, target); err != nil {
		return err
	}
	if fresh && kind != ext4 {
		// What a program finds in a fresh volume of the cloud, and some refuse to start in.
		if err := os.Mkdir(filepath.Join(target, "lost+found"), 0o700); err != nil {
			return internal(err)
		}
	}
	if kind == xfs {
		return do("xfs_growfs", target)
	}
	return nil
}

// growable is the file system that is made where ext4 is asked for: to grow a mounted one takes
// CAP_SYS_RESOURCE, which root in a container or a sandbox may lack; xfs asks for CAP_SYS_ADMIN alone.
func growable(wanted string) string {
	wanted = cmp.Or(wanted, ext4)
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	if wanted != ext4 || unix.Capget(&header, &data[0]) == nil && data[0].Effective&(1<<unix.CAP_SYS_RESOURCE) != 0 {
		return wanted
	}
	log.Print("this root may not grow a mounted ext4 (CAP_SYS_RESOURCE): the volume gets an xfs")
	return xfs
}

// fileSystem says what a volume was formatted with; empty: nothing is on it yet.
func fileSystem(file string) (string, error) {
	found, err := exec.Command("blkid", "-p", "-s", "TYPE", "-o", "value", file).Output()
	var code *exec.ExitError
	if errors.As(err, &code) && code.ExitCode() == 2 {
		return "", nil
	}
	if err != nil {
		return "", failed("blkid", err, nil)
	}
	return strings.TrimSpace(string(found)), nil
}

// format follows kubelet: no blocks are reserved for root.
func format(kind, file string) error {
	if kind != xfs {
		return do("mkfs."+kind, "-F", "-q", "-m", "0", file)
	}
	// These three make it accept less than 300 MB, as its own tests do.
	for _, name := range []string{"TEST_DIR", "TEST_DEV", "QA_CHECK_FS"} {
		_ = os.Setenv(name, "1")
	}
	return do("mkfs.xfs", "-q", file)
}

// growUnmounted is for a volume that was restored into a larger one, or grew while nobody had it mounted, or
// could not grow while somebody had: this way ext4 asks for no capability. It insists on a check first,
// which also is what a file system needs whose node was killed; 1 is "errors corrected".
func growUnmounted(kind, file string) error {
	if kind != ext4 {
		return nil
	}
	said, err := exec.Command("e2fsck", "-f", "-p", file).CombinedOutput()
	var code *exec.ExitError
	if err != nil && (!errors.As(err, &code) || code.ExitCode() > 1) {
		return failed("e2fsck", err, said)
	}
	return do("resize2fs", file)
}

// growMounted makes a mounted file system fill its file.
func growMounted(target string) error {
	device, err := mounted(target)
	if err != nil {
		return err
	}
	if device == "" {
		return status.Errorf(codes.NotFound, "nothing is mounted at %s", target)
	}
	if err := do("losetup", "-c", device); err != nil {
		return err
	}
	kind, err := fileSystem(device)
	if err != nil {
		return err
	}
	if kind == xfs {
		return do("xfs_growfs", target)
	}
	return do("resize2fs", device)
}
