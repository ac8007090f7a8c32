package sim

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
)

// The sizes of pages.
const (
	wpsPageSize    = 10
	wpsMaxPageSize = 50
)

// wpsPosition is a place in a list: the entry that a page ended with. It survives what happens to the list between two pages.
type wpsPosition struct {
	dept   DepartmentKey
	person PersonKey
}

func (p wpsPosition) compare(other wpsPosition) int {
	return cmp.Or(cmp.Compare(p.dept, other.dept), cmp.Compare(p.person, other.person))
}

// wpsPaging is what a list operation is asked for.
type wpsPaging struct {
	size      int
	after     wpsPosition
	list      string // which list it is; a cursor is good for no other
	withTotal bool
}

// pagingOf reads size and cursor of a page. list names the list with everything that decides what is in it.
func (w *wps) pagingOf(list string, size *int64, token *string, withTotal *bool) (wpsPaging, error) {
	p := wpsPaging{size: wpsPageSize, list: list, withTotal: withTotal != nil && *withTotal}
	if size != nil {
		if *size < 1 || *size > wpsMaxPageSize {
			return p, wpsInvalid("page_size may be 1 to 50")
		}
		p.size = int(*size)
	}
	if token != nil && *token != "" {
		after, ok := w.readCursor(list, *token)
		if !ok {
			return p, wpsInvalid("page_token is not one of this list")
		}
		p.after = after
	}
	return p, nil
}

// cursor writes a position.
func (w *wps) cursor(list string, at wpsPosition) string {
	text := fmt.Sprintf("%d.%d.%016x", at.dept, at.person, derive(w.desk.Seed, list, int(at.dept)<<32|int(at.person)))
	return base64.StdEncoding.EncodeToString([]byte(text))
}

// readCursor reads a position that cursor wrote for the same list.
func (w *wps) readCursor(list, token string) (wpsPosition, bool) {
	text, err := base64.StdEncoding.DecodeString(token)
	if err != nil {
		return wpsPosition{}, false
	}
	var at wpsPosition
	if _, err := fmt.Sscanf(string(text), "%d.%d.", &at.dept, &at.person); err != nil {
		return wpsPosition{}, false
	}
	return at, w.cursor(list, at) == token
}

// wpsPage cuts a page out of entries, which are in the order of at. The data permission is applied to the page, not to the list: a
// page may be empty though more follow. Only who sees nothing gets one empty page.
func wpsPage[T any](w *wps, v wpsView, paging wpsPaging, entries []T, at func(T) wpsPosition, visible func(T) bool) (page []T, next *string, total *int64) {
	page, next = []T{}, new("")
	if v.nothing() {
		entries = nil
	}
	if paging.withTotal {
		total = new(int64(0))
		for _, entry := range entries {
			if visible(entry) {
				*total++
			}
		}
	}
	from := 0
	if paging.after != (wpsPosition{}) {
		from, _ = slices.BinarySearchFunc(entries, paging.after, func(entry T, after wpsPosition) int {
			return cmp.Or(at(entry).compare(after), -1) // the one behind it
		})
	}
	to := min(from+paging.size, len(entries))
	for _, entry := range entries[from:to] {
		if visible(entry) {
			page = append(page, entry)
		}
	}
	if to < len(entries) {
		next = new(w.cursor(paging.list, at(entries[to-1])))
	}
	return page, next, total
}

// wpsListName makes the name of a list of what decides what is in it.
func wpsListName(parts ...any) string {
	return strings.TrimSuffix(fmt.Sprintln(parts...), "\n")
}

// sorted writes a set of states in one way.
func (s wpsStates) sorted() string {
	var names []string
	for status := range s {
		names = append(names, string(status))
	}
	slices.Sort(names)
	return strings.Join(names, "+")
}
