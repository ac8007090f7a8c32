package desk

import (
	"bytes"
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// strikeAfter strikes the call's fault on an answer that is ready, and tells whether there is nothing left to send.
func (d *Desk) strikeAfter(c *Call, a *Answer, w http.ResponseWriter, entry *Request) (done bool) {
	switch f := c.fault; f.Kind {
	case FaultThrottled:
		if f.RetryAfter > 0 {
			a.header.Set("Retry-After", strconv.FormatInt(int64((f.RetryAfter+time.Second-1)/time.Second), 10))
		}
	case FaultResetAfter:
		resetConnection(w)
		return true
	case FaultSlowBody:
		d.journal.note(entry, func(e *Request) { e.Status = a.Status })
		d.dribble(w, c.Request, a, cmp.Or(f.Interval, 100*time.Millisecond))
		return true
	case FaultOversize:
		d.journal.note(entry, func(e *Request) { e.Status = a.Status })
		sendPadded(w, a, cmp.Or(f.Bytes, 64<<20))
		return true
	case FaultTruncated:
		a.Body.Truncate(a.Body.Len() / 2)
	case FaultContentType:
		a.header.Set("Content-Type", cmp.Or(f.ContentType, "text/plain; charset=utf-8"))
	case FaultRepeatCursor:
		a.edit(func(doc Document) { f.repeatCursor(doc, c.vendor.Words()) })
	case FaultExtraField:
		a.edit(func(doc Document) {
			doc.at(cmp.Or(f.Field, "undeclared_member"), func(any) any { return "added by the vendor since" })
		})
	case FaultChangedType:
		a.edit(func(doc Document) { changeType(doc, f.Field, c.vendor.Words()) })
	}
	return false
}

// edit changes an answer that is a JSON object.
func (a *Answer) edit(change func(Document)) {
	if doc, ok := ParseDocument(a.Body.Bytes()); ok {
		change(doc)
		a.Replace(doc.Bytes())
	}
}

// repeatCursor puts the first cursor that it saw in place of every later one.
func (f *injectedFault) repeatCursor(doc Document, words Words) {
	f.mu.Lock()
	defer f.mu.Unlock()
	doc.find(func(object map[string]any, name string) bool {
		if !slices.Contains(words.Cursor, name) {
			return false
		}
		if f.cursor == nil && object[name] != "" {
			f.cursor, f.cursorName = object[name], name
		}
		if f.cursor != nil {
			object[name] = f.cursor
		}
		return false
	})
	if f.cursor == nil {
		return
	}
	doc.find(func(object map[string]any, name string) bool {
		if slices.Contains(words.More, name) {
			object[name] = true
			object[f.cursorName] = f.cursor // some vendors leave it out of the last page
		}
		return false
	})
}

// changeType changes the member at path, or the first member that is not part of the envelope.
func changeType(doc Document, path string, words Words) {
	if path != "" {
		doc.at(path, otherType)
		return
	}
	doc.find(func(object map[string]any, name string) bool {
		if slices.Contains(words.Envelope, name) {
			return false
		}
		object[name] = otherType(object[name])
		return true
	})
}

// dribble sends all of the answer but its last byte, one byte at a time, and blanks after that, until somebody has had
// enough.
func (d *Desk) dribble(w http.ResponseWriter, r *http.Request, a *Answer, interval time.Duration) {
	maps.Copy(w.Header(), a.header)
	w.WriteHeader(a.Status)
	rc := http.NewResponseController(w)
	rest := a.Body.Bytes()
	if len(rest) > 0 {
		rest = rest[:len(rest)-1]
	}
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		next := []byte{' '}
		if len(rest) > 0 {
			next, rest = rest[:1], rest[1:]
		}
		if _, err := w.Write(next); err != nil {
			return
		}
		if err := rc.Flush(); err != nil {
			return
		}
		select {
		case <-tick.C:
		case <-r.Context().Done():
			return
		case <-d.closed:
			return
		}
	}
}

// sendPadded sends an answer that is a JSON object with one more member of so many bytes.
func sendPadded(w http.ResponseWriter, a *Answer, n int64) {
	maps.Copy(w.Header(), a.header)
	w.WriteHeader(a.Status)
	rest, ok := bytes.CutPrefix(a.Body.Bytes(), []byte{'{'})
	if !ok {
		w.Write(a.Body.Bytes())
		return
	}
	if _, err := w.Write([]byte(`{"padding":"`)); err != nil {
		return
	}
	chunk := bytes.Repeat([]byte{'x'}, 64<<10)
	for n > 0 {
		part := chunk[:min(n, int64(len(chunk)))]
		if _, err := w.Write(part); err != nil {
			return
		}
		n -= int64(len(part))
	}
	w.Write([]byte{'"'})
	if !bytes.HasPrefix(rest, []byte{'}'}) {
		w.Write([]byte{','})
	}
	w.Write(rest)
}
