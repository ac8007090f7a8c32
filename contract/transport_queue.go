package contract

import (
	"context"
	"sync"
	"sync/atomic"
)

// queue hands observations to a bounded number of goroutines. These are there only while there is something to do, so
// that a program that never closes its Transport leaks nothing.
type queue struct {
	most    int
	workers int
	handle  func(*observation)
	closed  atomic.Bool

	mu      sync.Mutex
	waiting []*observation
	running int
	idle    chan struct{} // closed when the last goroutine ends; nil while none runs
}

func (q *queue) isClosed() bool { return q.closed.Load() }
func (q *queue) close()         { q.closed.Store(true) }

// add takes an observation unless the queue is full or closed.
func (q *queue) add(o *observation) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed.Load() || len(q.waiting) >= q.most {
		return false
	}
	q.waiting = append(q.waiting, o)
	if q.running < q.workers {
		if q.running == 0 {
			q.idle = make(chan struct{})
		}
		q.running++
		go q.work()
	}
	return true
}

func (q *queue) work() {
	done := false
	defer func() {
		if !done { // a callback has ended the goroutine, as t.FailNow does: another one goes on
			go q.work()
		}
	}()
	for {
		q.mu.Lock()
		if len(q.waiting) == 0 {
			q.running--
			if q.running == 0 {
				q.waiting = nil
				close(q.idle)
				q.idle = nil
			}
			q.mu.Unlock()
			done = true
			return
		}
		o := q.waiting[0]
		q.waiting[0] = nil
		q.waiting = q.waiting[1:]
		q.mu.Unlock()
		q.handle(o)
	}
}

// wait returns when nothing is waiting or being handled.
func (q *queue) wait(ctx context.Context) error {
	q.mu.Lock()
	idle := q.idle
	q.mu.Unlock()
	if idle == nil {
		return nil
	}
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
