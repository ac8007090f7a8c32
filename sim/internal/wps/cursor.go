package wps

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"github.com/roster-go/roster/sim/internal/company"
)

// The sizes of pages.
const (
	pageSize    = 10
	maxPageSize = 50
)

// position is a place in a list: the entry that a page ended with. It survives what happens to the list between two
// pages.
type position struct {
	dept   company.DepartmentKey
	person company.PersonKey
}

func (p position) compare(other position) int {
	return cmp.Or(cmp.Compare(p.dept, other.dept), cmp.Compare(p.person, other.person))
}

// pageAsked is what a list operation is asked for.
type pageAsked struct {
	size      int
	after     position
	list      string // which list it is; a cursor is good for no other
	withTotal bool
}

// pagingOf reads size and cursor of a page. list names the list with everything that decides what is in it.
func (w *Vendor) pagingOf(list string, size *int64, token *string, withTotal *bool) (pageAsked, error) {
	return w.pagingUpTo(maxPageSize, list, size, token, withTotal)
}

// pagingUpTo is pagingOf for lists with another largest page.
func (w *Vendor) pagingUpTo(largest int64, list string, size *int64, token *string,
	withTotal *bool) (pageAsked, error) {
	p := pageAsked{size: pageSize, list: list, withTotal: withTotal != nil && *withTotal}
	if size != nil {
		if *size < 1 || *size > largest {
			return p, invalid(fmt.Sprintf("page_size may be 1 to %d", largest))
		}
		p.size = int(*size)
	}
	if token != nil && *token != "" {
		after, ok := w.readCursor(list, *token)
		if !ok {
			return p, invalid("page_token is not one of this list")
		}
		p.after = after
	}
	return p, nil
}

// cursor writes a position.
func (w *Vendor) cursor(list string, at position) string {
	text := fmt.Sprintf("%d.%d.%016x", at.dept, at.person,
		company.Derive(w.desk.Seed, list, int(at.dept)<<32|int(at.person)))
	return base64.StdEncoding.EncodeToString([]byte(text))
}

// readCursor reads a position that cursor wrote for the same list.
func (w *Vendor) readCursor(list, token string) (position, bool) {
	text, err := base64.StdEncoding.DecodeString(token)
	if err != nil {
		return position{}, false
	}
	var at position
	if _, err := fmt.Sscanf(string(text), "%d.%d.", &at.dept, &at.person); err != nil {
		return position{}, false
	}
	return at, w.cursor(list, at) == token
}

// pageOf cuts a page out of entries, which are in the order of at. The data permission is applied to the page, not to
// the list: a page may be empty though more follow. Only who sees nothing gets one empty page.
func pageOf[T any](w *Vendor, v view, paging pageAsked, entries []T, at func(T) position,
	visible func(T) bool) (page []T, next *string, total *int64) {
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
	if paging.after != (position{}) {
		from, _ = slices.BinarySearchFunc(entries, paging.after, func(entry T, after position) int {
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

// listName makes the name of a list of what decides what is in it.
func listName(parts ...any) string {
	return strings.TrimSuffix(fmt.Sprintln(parts...), "\n")
}

// sorted writes a set of states in one way.
func (s stateSet) sorted() string {
	var names []string
	for status := range s {
		names = append(names, string(status))
	}
	slices.Sort(names)
	return strings.Join(names, "+")
}
