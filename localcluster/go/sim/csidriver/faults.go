package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"sync"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// fault is what one kind of call suffers: create, delete, expand, modify, snapshot, deleteSnapshot,
// groupSnapshot, deleteGroupSnapshot.
type fault struct {
	// Fail is the number of calls still to fail; -1: every one.
	Fail int `json:"fail"`
	// Delay is how long a call takes before it succeeds or fails, such as "3s".
	Delay string `json:"delay"`
	// Message is what a failing call says.
	Message string `json:"message"`
	// Code is what it answers with, such as "OUT_OF_RANGE"; otherwise "INTERNAL", which stands for
	// a failure that may pass.
	Code codes.Code `json:"code"`
}

// faultPlan reads its file at every call, so that a test writes it while the driver runs. The
// counts go down in memory, and start anew when the content of the file changes.
type faultPlan struct {
	path    string
	mu      sync.Mutex
	content []byte
	faults  map[string]*fault
}

func (p *faultPlan) strike(ctx context.Context, call string) error {
	delay, failure := p.next(call)
	select {
	case <-time.After(delay):
		return failure
	case <-ctx.Done():
		return status.FromContextError(ctx.Err()).Err()
	}
}

func (p *faultPlan) next(call string) (time.Duration, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.refresh(); err != nil {
		return 0, status.Errorf(codes.Internal, "%s: %v", p.path, err)
	}
	f, ok := p.faults[call]
	if !ok {
		return 0, nil
	}
	var delay time.Duration
	if f.Delay != "" {
		parsed, err := time.ParseDuration(f.Delay)
		if err != nil {
			return 0, status.Errorf(codes.Internal, "%s: %v", p.path, err)
		}
		delay = parsed
	}
	if f.Fail == 0 {
		return delay, nil
	}
	if f.Fail > 0 {
		f.Fail--
	}
	message := f.Message
	if message == "" {
		message = call + " fails, as the fault plan says"
	}
	code := f.Code
	if code == codes.OK {
		code = codes.Internal
	}
	return delay, status.Error(code, message)
}

func (p *faultPlan) refresh() error {
	if p.path == "" {
		return nil
	}
	content, err := os.ReadFile(p.path)
	if errors.Is(err, fs.ErrNotExist) {
		p.content, p.faults = nil, nil
		return nil
	}
	if err != nil {
		return err
	}
	if p.faults != nil && bytes.Equal(content, p.content) {
		return nil
	}
	faults := map[string]*fault{}
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&faults); err != nil {
		return err
	}
	p.content, p.faults = content, faults
	return nil
}
