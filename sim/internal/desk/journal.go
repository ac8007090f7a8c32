package desk

import (
	"bytes"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// Request is one request that reached the simulator.
type Request struct {
	Operation string      // operationId of the vendor's document; empty for a path or method that it does not have
	Method    string      // HTTP method
	Path      string      // with the vendor's prefix, whether it came with it or not
	Query     url.Values  // credentials are replaced by "[removed]"
	Header    http.Header // credentials are replaced by "[removed]"
	Body      []byte      // as it was sent; nil for operations whose body is a credential
	Time      time.Time   // by the simulator's clock
	Status    int         // HTTP status of the answer; 0 while it is under way, or if the connection was reset
	Fault     FaultKind   // the fault that struck the call; empty if none did
}

// removed stands in the journal in place of a credential.
const removed = "[removed]"

// journalSize is how many requests a vendor's journal keeps. Older ones are dropped, but still counted.
const journalSize = 20_000

// journal keeps what reached the wire.
type journal struct {
	mu      sync.Mutex
	entries map[string][]*Request     // by vendor
	counts  map[string]map[string]int // by vendor, operation
}

func newJournal() *journal {
	return &journal{entries: make(map[string][]*Request), counts: make(map[string]map[string]int)}
}

// begin notes a request. The caller fills in its outcome through note.
func (j *journal) begin(vendor string, req Request) *Request {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.counts[vendor] == nil {
		j.counts[vendor] = make(map[string]int)
	}
	j.counts[vendor][req.Operation]++
	entries := append(j.entries[vendor], &req)
	if len(entries) > journalSize {
		entries = slices.Delete(entries, 0, journalSize/10)
	}
	j.entries[vendor] = entries
	return &req
}

// note changes an entry under the journal's lock.
func (j *journal) note(req *Request, edit func(*Request)) {
	j.mu.Lock()
	defer j.mu.Unlock()
	edit(req)
}

// Calls returns how many requests for an operation reached the vendor's part of the simulator, refused ones included.
// The operation "*" stands for all of them, "" for those whose path or method the vendor's document does not have.
func (d *Desk) Calls(vendor, operation string) int {
	d.journal.mu.Lock()
	defer d.journal.mu.Unlock()
	if operation != "*" {
		return d.journal.counts[vendor][operation]
	}
	total := 0
	for _, n := range d.journal.counts[vendor] {
		total += n
	}
	return total
}

// Requests returns what reached the vendor's part of the simulator, oldest first. Only the last 20,000 are kept.
func (d *Desk) Requests(vendor string) []Request {
	d.journal.mu.Lock()
	defer d.journal.mu.Unlock()
	out := make([]Request, 0, len(d.journal.entries[vendor]))
	for _, entry := range d.journal.entries[vendor] {
		c := *entry
		c.Query = url.Values(withoutSecrets(entry.Query))
		c.Header = entry.Header.Clone()
		c.Body = bytes.Clone(entry.Body)
		out = append(out, c)
	}
	return out
}

// withoutSecrets copies values and replaces those whose name says that they are credentials.
func withoutSecrets(values map[string][]string) map[string][]string {
	out := make(map[string][]string, len(values))
	for name, v := range values {
		out[name] = slices.Clone(v)
		if carriesSecret(name) {
			for i := range out[name] {
				out[name][i] = removed
			}
		}
	}
	return out
}

// carriesSecret tells whether a header or query parameter of this name is a credential, at any of the vendors.
func carriesSecret(name string) bool {
	name = strings.ToLower(name)
	for _, part := range []string{"token", "secret", "authorization", "cookie", "signature", "ticket", "password",
		"accesskey"} {
		if strings.Contains(name, part) && name != "page_token" && name != "client_token" && name != "nexttoken" {
			return true
		}
	}
	return false
}
