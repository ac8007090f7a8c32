package feishu

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
)

// pageRule is how an operation pages.
type pageRule struct {
	of      string // what is listed: a token is good for the same list only
	usual   int    // page size when none is given
	largest int
	size    *int64  // parameter
	token   *string // parameter
	badSize feishuapi.ErrorCode
	badAt   feishuapi.ErrorCode
	numeric bool // tokens are numbers
}

// pageAsked is one page of a list.
type pageAsked struct {
	pages pageRule
	size  int
	after int // position of the last entry of the page before; 0 for the first page
}

// page reads the paging parameters.
func (f *Vendor) page(p pageRule) (pageAsked, error) {
	if p.badSize == 0 {
		p.badSize, p.badAt = feishuapi.ErrorCodeInvalidPageSize, feishuapi.ErrorCodeInvalidPageToken
	}
	out := pageAsked{pages: p, size: p.usual}
	if p.size != nil {
		if *p.size < 1 || *p.size > int64(p.largest) {
			return out, refusal{code: p.badSize}
		}
		out.size = int(*p.size)
	}
	if desk.IsBlank(p.token) {
		return out, nil
	}
	at, ok := f.readPageToken(p, *p.token)
	if !ok {
		return out, refusal{code: p.badAt}
	}
	out.after = at
	return out, nil
}

// Page tokens begin and end with characters that a caller has to encode, once: what looks like an escape in them is
// none. A caller that takes it for one sends decodedTail, which is understood.
const tokenHead, tokenTail, decodedTail = "AQD9/", "+1%2B=", "+1+="

// pageToken makes a token that callers cannot read and the simulator can recognise as its own.
func (f *Vendor) pageToken(p pageRule, at int) string {
	if p.numeric {
		return strconv.Itoa(at)
	}
	plain := fmt.Sprintf("%d.%x", at, f.pageCheck(p.of, at))
	return tokenHead + base64.StdEncoding.EncodeToString([]byte(plain)) + tokenTail
}

func (f *Vendor) pageCheck(of string, at int) uint64 {
	return company.Derive(f.desk.Seed, "feishu page of "+of, at)
}

// readPageToken is the reverse of pageToken.
func (f *Vendor) readPageToken(p pageRule, token string) (at int, ok bool) {
	if p.numeric {
		at, err := strconv.Atoi(token)
		return at, err == nil && at >= 0
	}
	token, headed := strings.CutPrefix(token, tokenHead)
	token, tailed := strings.CutSuffix(token, tokenTail)
	if !tailed {
		token, tailed = strings.CutSuffix(token, decodedTail)
	}
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

// cut cuts a page out of a list whose positions ascend. Positions are keys, so that a page begins where the last one
// ended whatever has come or gone in between.
func cut[T any](f *Vendor, list []T, p pageAsked, position func(T) int) (page []T, token string, more bool) {
	list = slices.DeleteFunc(slices.Clone(list), func(v T) bool { return position(v) <= p.after })
	if len(list) <= p.size {
		return list, "", false
	}
	list = list[:p.size]
	return list, f.pageToken(p.pages, position(list[p.size-1])), true
}

// pageToken is what page_token is on the wire. On the last of several pages some operations send an empty one; on a
// single page there is none.
func pageToken(p pageAsked, token string, more, emptyAtEnd bool) *string {
	if more || emptyAtEnd && p.after > 0 {
		return &token
	}
	return nil
}
