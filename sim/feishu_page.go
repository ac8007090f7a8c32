package sim

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/roster-go/roster/gen/feishuapi"
)

// feishuPages is how an operation pages.
type feishuPages struct {
	of      string // what is listed: a token is good for the same list only
	usual   int    // page size when none is given
	largest int
	size    *int64  // parameter
	token   *string // parameter
	badSize feishuapi.ErrorCode
	badAt   feishuapi.ErrorCode
	numeric bool // tokens are numbers
}

// feishuPage is one page of a list.
type feishuPage struct {
	pages feishuPages
	size  int
	after int // position of the last entry of the page before; 0 for the first page
}

// page reads the paging parameters.
func (f *feishu) page(p feishuPages) (feishuPage, error) {
	if p.badSize == 0 {
		p.badSize, p.badAt = feishuapi.ErrorCodeInvalidPageSize, feishuapi.ErrorCodeInvalidPageToken
	}
	out := feishuPage{pages: p, size: p.usual}
	if p.size != nil {
		if *p.size < 1 || *p.size > int64(p.largest) {
			return out, feishuError{code: p.badSize}
		}
		out.size = int(*p.size)
	}
	if isBlank(p.token) {
		return out, nil
	}
	at, ok := f.readPageToken(p, *p.token)
	if !ok {
		return out, feishuError{code: p.badAt}
	}
	out.after = at
	return out, nil
}

// Page tokens begin and end with characters that a caller has to encode, once: what looks like an escape in them is none.
const feishuTokenHead, feishuTokenTail = "AQD9/", "+1%2B="

// pageToken makes a token that callers cannot read and the simulator can recognise as its own.
func (f *feishu) pageToken(p feishuPages, at int) string {
	if p.numeric {
		return strconv.Itoa(at)
	}
	plain := fmt.Sprintf("%d.%x", at, f.pageCheck(p.of, at))
	return feishuTokenHead + base64.StdEncoding.EncodeToString([]byte(plain)) + feishuTokenTail
}

func (f *feishu) pageCheck(of string, at int) uint64 {
	return derive(f.desk.Seed, "feishu page of "+of, at)
}

// readPageToken is the reverse of pageToken.
func (f *feishu) readPageToken(p feishuPages, token string) (at int, ok bool) {
	if p.numeric {
		at, err := strconv.Atoi(token)
		return at, err == nil && at >= 0
	}
	token, headed := strings.CutPrefix(token, feishuTokenHead)
	token, tailed := strings.CutSuffix(token, feishuTokenTail)
	plain, err := base64.StdEncoding.DecodeString(token)
	if err != nil || !headed || !tailed {
		return 0, false
	}
	var check uint64
	if n, err := fmt.Sscanf(string(plain), "%d.%x", &at, &check); err != nil || n != 2 {
		return 0, false
	}
	return at, check == f.pageCheck(p.of, at)
}

// feishuCut cuts a page out of a list whose positions ascend. Positions are keys, so that a page begins where the last one ended
// whatever has come or gone in between.
func feishuCut[T any](f *feishu, list []T, p feishuPage, position func(T) int) (page []T, token string, more bool) {
	list = slices.DeleteFunc(slices.Clone(list), func(v T) bool { return position(v) <= p.after })
	if len(list) <= p.size {
		return list, "", false
	}
	list = list[:p.size]
	return list, f.pageToken(p.pages, position(list[p.size-1])), true
}

// feishuPageToken is what page_token is on the wire. On the last of several pages some operations send an empty one; on a
// single page there is none.
func feishuPageToken(p feishuPage, token string, more, emptyAtEnd bool) *string {
	if more || emptyAtEnd && p.after > 0 {
		return &token
	}
	return nil
}
