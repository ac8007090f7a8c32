package clients

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// errTooLarge is an answer beyond the bound.
type errTooLarge int64

func (e errTooLarge) Error() string {
	return fmt.Sprintf("the answer is larger than %d bytes: ask for less, or raise the bound with WithMaxResponseBytes",
		int64(e))
}

// A declared length reserves no more than this before as many bytes have arrived: anybody can declare one.
const reserve = 1 << 20

// readBounded reads a body up to a bound. It takes about the body's size in memory if the length was declared, and twice
// that otherwise.
func readBounded(response *http.Response, bound int64) ([]byte, error) {
	declared := response.ContentLength
	if declared > bound {
		return nil, errTooLarge(bound)
	}
	if declared < 0 {
		return readPieces(response.Body, bound)
	}
	body, end, err := fill(response.Body, make([]byte, 0, min(declared, reserve)))
	if err == nil && !end && declared > reserve {
		body, end, err = fill(response.Body, append(make([]byte, 0, declared), body...))
	}
	if err != nil || end {
		return body, err
	}
	// A body ends where it was declared to; reading its end lets the connection be used again.
	rest, _, err := fill(response.Body, make([]byte, 0, 1))
	if len(rest) > 0 {
		return nil, errTooLarge(bound)
	}
	return body, err
}

// fill reads until buf is full or r ends. io.ReadFull does not tell the end of r from an answer that broke off.
func fill(r io.Reader, buf []byte) (filled []byte, end bool, err error) {
	for idle := 0; len(buf) < cap(buf); {
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		switch {
		case errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
			return buf, true, nil
		case err != nil:
			return buf, false, err
		case n > 0:
			idle = 0
		case idle == 100:
			return buf, false, io.ErrNoProgress
		default:
			idle++
		}
	}
	return buf, false, nil
}

// readPieces reads what has no declared length, in pieces that grow with it, and puts them together once.
func readPieces(r io.Reader, bound int64) ([]byte, error) {
	var pieces [][]byte
	var total int64
	for size := int64(4 << 10); ; size = min(2*size, reserve) {
		piece, end, err := fill(r, make([]byte, 0, min(size, bound+1-total)))
		total += int64(len(piece))
		switch {
		case err != nil:
			return nil, err
		case total > bound:
			return nil, errTooLarge(bound)
		}
		pieces = append(pieces, piece)
		if end {
			break
		}
	}
	if len(pieces) == 1 {
		return pieces[0], nil
	}
	return bytes.Join(pieces, nil), nil
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
