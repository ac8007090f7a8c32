package clients

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
)

// errTooLarge is an answer beyond the bound.
type errTooLarge int64

func (e errTooLarge) Error() string {
	return fmt.Sprintf("the answer is larger than %d bytes: ask for less, or raise the bound with WithMaxResponseBytes",
		int64(e))
}

// A declared length reserves no more than this before as many bytes have arrived: anybody can declare one.
const reserve = 1 << 20

// body is what was read of an answer, in memory that belongs to a lender.
type body struct {
	bytes []byte
	size  int // which of the lender's sizes it is; -1 if it is nobody's
}

// lender lends memory of a few sizes for the time that it takes to read and to decode an answer. Answers larger than
// the largest of them get memory of their own.
type lender struct {
	sizes [len(lent)]sync.Pool // of *body
}

var lent = [...]int{4 << 10, 16 << 10, 64 << 10, 256 << 10, reserve}

const largest = len(lent) - 1

// lend lends memory for n bytes, or as much as there is.
func (l *lender) lend(n int64) *body {
	size := 0
	for size < largest && int64(lent[size]) < n {
		size++
	}
	if b, ok := l.sizes[size].Get().(*body); ok {
		return b
	}
	return &body{bytes: make([]byte, 0, lent[size]), size: size}
}

// giveBack takes back what was lent. Nobody may use it any more.
func (l *lender) giveBack(b *body) {
	if b != nil && b.size >= 0 {
		b.bytes = b.bytes[:0]
		l.sizes[b.size].Put(b)
	}
}

// read reads a body up to a bound. What is returned is to be given back, unless it is nil.
func (l *lender) read(response *http.Response, bound int64) (*body, error) {
	declared := response.ContentLength
	if declared > bound {
		return nil, errTooLarge(bound)
	}
	// With one byte more than was declared the end is seen, and the connection is used again.
	b := l.lend(declared + 1)
	for {
		end, err := b.fill(response.Body, 0, bound)
		switch {
		case err != nil || end:
			return b, err
		case b.size < 0: // there is more than was declared: middleware has decompressed a body and left its header
			return l.readPieces(response.Body, b, bound)
		case b.size < largest:
			b = l.move(b, l.lend(int64(len(b.bytes)+1)))
		case declared >= int64(len(b.bytes)):
			b = l.move(b, &body{bytes: make([]byte, 0, declared+1), size: -1})
		default:
			return l.readPieces(response.Body, b, bound)
		}
	}
}

// move puts what stands in one body into another, and gives the first one back.
func (l *lender) move(from, to *body) *body {
	to.bytes = append(to.bytes, from.bytes...)
	l.giveBack(from)
	return to
}

// readPieces reads the rest of what has no declared length, in pieces, and puts them together once.
func (l *lender) readPieces(r io.Reader, first *body, bound int64) (*body, error) {
	pieces, total := []*body{first}, int64(len(first.bytes))
	defer func() {
		for _, piece := range pieces {
			l.giveBack(piece)
		}
	}()
	for end := false; !end; {
		piece := l.lend(reserve)
		pieces = append(pieces, piece)
		var err error
		if end, err = piece.fill(r, total, bound); err != nil {
			return nil, err
		}
		total += int64(len(piece.bytes))
	}
	whole := &body{bytes: make([]byte, 0, total), size: -1}
	for _, piece := range pieces {
		whole.bytes = append(whole.bytes, piece.bytes...)
	}
	return whole, nil
}

// fill reads until b is full, r ends, or more than bound bytes have come with those before. io.ReadFull does not tell
// the end of r from an answer that broke off.
func (b *body) fill(r io.Reader, before, bound int64) (end bool, err error) {
	for idle := 0; len(b.bytes) < cap(b.bytes); {
		n, err := r.Read(b.bytes[len(b.bytes):cap(b.bytes)])
		b.bytes = b.bytes[:len(b.bytes)+n]
		switch {
		case before+int64(len(b.bytes)) > bound:
			return false, errTooLarge(bound)
		case errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
			return true, nil
		case err != nil:
			return false, err
		case n > 0:
			idle = 0
		case idle == 100:
			return false, io.ErrNoProgress
		default:
			idle++
		}
	}
	return false, nil
}

// hold reserves room for a body among all that are in memory. An answer that declares no length counts as the largest
// one that is read.
func (s *settings) hold(ctx context.Context, declared int64) (release func(), err error) {
	if s.inFlight == nil {
		return func() {}, nil
	}
	if declared < 0 || declared > s.maxBytes {
		declared = s.maxBytes
	}
	n := min(declared, s.inFlightBytes)
	if err := s.inFlight.Acquire(ctx, n); err != nil {
		return nil, err
	}
	return func() { s.inFlight.Release(n) }, nil
}
