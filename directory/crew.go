package directory

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/roster-go/roster/clients"
)

// listed is a department that was listed, or the end of the list.
type listed struct {
	department Department
	err        error
	end        bool
	refused    string // a department that may not be asked for what is below it, as err tells
}

// batch is what a worker hands over: some rows of a department (nil: of no certain one), or the list's end.
type batch struct {
	from     *node
	rows     []row
	err      error
	end      bool
	detailed int   // people asked for once more
	refused  error // the last refusal to tell more about somebody
}

// crew reads for a walk. It ends with its context.
type crew struct {
	d       Directory
	details detailer      // nil: none wanted
	claimed sync.Map      // ids of people whom some worker asks about
	slots   chan struct{} // for all who ask about people
	listed  chan listed
	next    chan *node
	batches chan batch
	panics  chan any // of middleware, callbacks and the like: the caller's, not the end of the process
	group   sync.WaitGroup
}

// start runs work beside the walk.
func (c *crew) start(ctx context.Context, work func()) {
	c.group.Go(func() {
		defer func() {
			if problem := recover(); problem != nil {
				hand(ctx, c.panics, problem)
			}
		}()
		work()
	})
}

func (c *crew) list(ctx context.Context, roots []string, how reading) {
	c.start(ctx, func() {
		if how.refused != nil {
			how.refused = func(id string, err error) bool { return hand(ctx, c.listed, listed{refused: id, err: err}) }
		}
		for department, err := range c.d.Departments(withReading(ctx, how), roots...) {
			if !hand(ctx, c.listed, listed{department: department, err: err}) || err != nil {
				return
			}
		}
		hand(ctx, c.listed, listed{end: true})
	})
}

func (c *crew) work(ctx context.Context, workers int) {
	for range workers {
		c.start(ctx, func() {
			for {
				select {
				case n := <-c.next:
					c.read(ctx, n, rowsOf(ctx, c.d, n.department.ID))
				case <-ctx.Done():
					return
				}
			}
		})
	}
}

// everybody reads the list of the whole company.
func (c *crew) everybody(ctx context.Context, all everybody) {
	c.start(ctx, func() { c.read(ctx, nil, all.everybody(ctx)) })
}

func hand[T any](ctx context.Context, to chan<- T, what T) bool {
	select {
	case to <- what:
		return true
	case <-ctx.Done():
		return false
	}
}

// read hands over a list in batches.
func (c *crew) read(ctx context.Context, from *node, all func(yield func(row, error) bool)) {
	b := batch{from: from}
	pass := func() bool {
		c.ask(ctx, &b)
		if !hand(ctx, c.batches, b) {
			return false
		}
		b = batch{from: from}
		return true
	}
	for r, err := range all {
		if err != nil {
			b.err = err
			break
		}
		if b.rows = append(b.rows, r); len(b.rows) == batchSize && !pass() {
			return
		}
	}
	b.end = true
	pass()
}

// ask adds details to the rows of people of whom no worker has seen any before. Somebody who is gone since is marked;
// about somebody whom the vendor tells nothing about the row remains what it is.
func (c *crew) ask(ctx context.Context, b *batch) {
	if c.details == nil {
		return
	}
	var first []int
	for i, r := range b.rows {
		if _, taken := c.claimed.LoadOrStore(r.user.ID, struct{}{}); !taken && r.user.ID != "" {
			first = append(first, i)
		}
	}
	type answer struct {
		row     row
		refused error
	}
	next, rows := 0, b.rows // the workers go on reading for a moment when the loop has ended
	for a, err := range clients.Ordered(ctx, cap(c.slots), first, func(ctx context.Context, i int) (answer, error) {
		if !hand(ctx, c.slots, struct{}{}) {
			return answer{}, ended(ctx)
		}
		defer func() { <-c.slots }()
		r, err := c.details.detail(ctx, rows[i])
		switch {
		case errors.Is(err, clients.ErrNotFound):
			r.gone = true
			return answer{row: r}, nil
		case errors.Is(err, clients.ErrPermission):
			r = rows[i]
			r.user.Unknown = append(slices.Clip(r.user.Unknown), c.details.beyond()...)
			return answer{row: r, refused: err}, nil
		}
		return answer{row: r}, err
	}) {
		if err != nil {
			if b.err == nil {
				b.err = err
			}
			b.rows = b.rows[:first[next]]
			return
		}
		b.rows[first[next]] = a.row
		if a.refused != nil {
			b.refused = a.refused
		} else {
			b.detailed++
		}
		next++
	}
	c.attributes(ctx, b, first)
}

// attributes adds the company's own fields to rows.
func (c *crew) attributes(ctx context.Context, b *batch, rows []int) {
	asker, ok := c.d.(attributer)
	if !ok || len(rows) == 0 {
		return
	}
	var ids []string
	for _, i := range rows {
		ids = append(ids, b.rows[i].user.ID)
	}
	found, err := asker.attributes(ctx, ids)
	if err != nil {
		if b.err == nil {
			b.err = err
		}
		b.rows = b.rows[:rows[0]]
		return
	}
	for _, i := range rows {
		u := &b.rows[i].user
		found[u.ID].into(u)
	}
}
