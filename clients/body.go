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

// readBounded reads a body up to a bound. It takes about the body's size in memory if the length was declared, and
// twice that otherwise.
func readBounded(response *http.Response, bound int64) ([]byte, error) {
	declared := response.ContentLength
	if declared > bound {
		return nil, errTooLarge(bound)
	}
	if declared <= 0 { // transports that are not net/http's leave it at 0
		return readPieces(response.Body, nil, bound)
	}
	body, end, err := fill(response.Body, make([]byte, 0, min(declared, reserve)))
	if err == nil && !end && declared > reserve {
		body, end, err = fill(response.Body, append(make([]byte, 0, declared), body...))
	}
	if err != nil || end {
		return body, err
	}
	// Reading the end lets the connection be used again. There is more than was declared where middleware has
	// decompressed a body and left its header.
	return readPieces(response.Body, body, bound)
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

// readPieces reads what has no declared length, in pieces that grow with it, and puts them together once, behind what
// was read before.
func readPieces(r io.Reader, before []byte, bound int64) ([]byte, error) {
	pieces := [][]byte{before}
	total := int64(len(before))
	for size := int64(512); ; size = min(4*size, reserve) {
		piece, end, err := fill(r, make([]byte, 0, min(size, bound+1-total)))
		total += int64(len(piece))
		switch {
		case err != nil:
			return nil, err
		case total > bound:
			return nil, errTooLarge(bound)
		}
		if len(piece) > 0 {
			pieces = append(pieces, piece)
		}
		if end {
			break
		}
	}
	switch {
	case len(pieces) == 1:
		return before, nil
	case len(pieces) == 2 && before == nil:
		return pieces[1], nil
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
